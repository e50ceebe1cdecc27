"""Which references a team declared: components it took over, and own earlier models. Pure, so that the plan can freeze it."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

COMPONENT, OWN_LINEAGE = "component", "own lineage"


class Ancestor(NamedTuple):
    """A model that a part descends from, by name and, where the team gave it, by the digest of its content."""

    name: str
    digest: str = ""


class DeclaredPart(NamedTuple):
    """One part of the candidate as the team declared it; `share` of the parameters is a decimal as text."""

    part: str
    name: str
    origin: str
    licence: str
    training: str
    share: str
    ancestors: tuple[Ancestor, ...] = ()


class Known(NamedTuple):
    """A reference of the registry; `account` is that of the consortium whose own model it is, or empty."""

    id: int
    name: str
    digest: str
    account: str


def matched(parts: Sequence[DeclaredPart], *, references: Iterable[Known], account: str) -> list[dict[str, Any]]:
    """Return a row per part and declared reference; `reference` is None where the registry holds none that was named.

    An own earlier model is one that the team declares and the registry knows to be its own: nobody can declare
    somebody else's model to be theirs.
    """
    known = list(references)
    return [row for part in parts for row in _rows(part, known, account)]


def _rows(part: DeclaredPart, known: list[Known], account: str) -> list[dict[str, Any]]:
    facts = {key: value for key, value in part._asdict().items() if key != "ancestors"}
    named = _closest([row for row in known if _names(part, row)])
    if not named:
        return [{**facts, "own": False, "reference": None}]
    return [{**facts, "own": row.account != "" and row.account == account, "reference": row.id} for row in named]


def _closest(named: list[Known]) -> list[Known]:
    """Drop a name that only stands inside the longer name of another reference that is meant."""
    names = [row.name.casefold() for row in named]
    return [
        row for row in named if not any(row.name.casefold() in name for name in names if name != row.name.casefold())
    ]


def _names(part: DeclaredPart, row: Known) -> bool:
    """By the digest of an ancestor where there is one, else by the reference's name as whole words of what was written."""
    if any(ancestor.digest.lower() == row.digest for ancestor in part.ancestors if ancestor.digest):
        return True
    told = [part.origin, part.name, *(ancestor.name for ancestor in part.ancestors if not ancestor.digest)]
    wanted = re.compile(rf"(?<![\w.-]){re.escape(row.name.casefold())}(?![\w-])")
    return any(wanted.search(text.casefold()) for text in told)


def declared_as(rows: Iterable[dict[str, Any]], *, reference: int) -> str:
    """Return how the team declared a reference: COMPONENT, OWN_LINEAGE, or empty for one it did not name."""
    named = [row["own"] for row in rows if row["reference"] == reference]
    if not named:
        return ""
    return OWN_LINEAGE if all(named) else COMPONENT
