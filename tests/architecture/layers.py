"""The layers as `.importlinter` draws them, so that imports and foreign keys obey one picture."""

from configparser import ConfigParser
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = {("accounts", "auth")}
"""Relations into third-party apps that the design allows: users have Django's groups and permissions."""


class Relation(NamedTuple):
    source: str  # app label
    field: str  # Model.field
    target: str  # app label


def ranks(config: Path = ROOT / ".importlinter") -> dict[str, int]:
    """App label to its height; independent siblings share one height."""
    parser = ConfigParser()
    parser.read(config, encoding="utf-8")
    lines = parser["importlinter:contract:apps"]["layers"].split("\n")
    rows = [[name.strip().rpartition(".")[2] for name in line.split("|")] for line in lines if line.strip()]
    return {label: len(rows) - height for height, row in enumerate(rows) for label in row}


def violations(relations: list[Relation], heights: dict[str, int]) -> list[str]:
    """Relations that do not point downwards, each as one line for a person."""
    return [_line(relation) for relation in relations if not _allowed(relation, heights)]


def _allowed(relation: Relation, heights: dict[str, int]) -> bool:
    if relation.source not in heights or relation.source == relation.target:
        return True
    if relation.target not in heights:
        return (relation.source, relation.target) in OUTSIDE
    return heights[relation.target] < heights[relation.source]


def _line(relation: Relation) -> str:
    return f"{relation.source}.{relation.field} points at {relation.target}, which is not below it"
