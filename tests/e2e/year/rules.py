"""The rule sets of both phases: those that ship, with panels that a test can seat. `write` leaves them as YAML files."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

PROGRAMMES = Path(__file__).parents[3] / "programmes"
SEATS = {"expert": (5, 3), "user": (4, 3), "public": (4, 3)}  # seats, and how many sheets are the least
NAMES = {1: "dokja-2026-phase1", 2: "dokja-2026-phase2"}


def document(phase: int) -> dict[str, Any]:
    shipped: dict[str, Any] = yaml.safe_load((PROGRAMMES / f"{NAMES[phase]}.yaml").read_text(encoding="utf-8"))
    rules = deepcopy(shipped)
    rules["name"] = f"year-phase{phase}"
    for part in rules["parts"]:
        if part["kind"] == "sheets":
            seats, least = SEATS[part["panel"]["kind"]]
            part["panel"] = {"kind": part["panel"]["kind"], "seats": seats, "quorum": least}
            part["minimum_sheets"] = least
    rules["gates"][0]["ticks"] = 3
    return rules


def write(folder: Path, phase: int) -> Path:
    file = folder / f"phase{phase}.yaml"
    file.write_text(yaml.safe_dump(document(phase), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file
