"""Walks every (state, event) pair of every state machine of the portal and says how many are in the tables and how many raise.

    python tools/state_tables.py      fails when a pair outside a table does not raise, or one inside leads elsewhere

Machines are found by themselves: `MACHINES` of each `portal/<app>/transitions.py`. The states of a machine are those of the one
vocabulary of the app (`enums.py`, a class whose name ends with "State") that holds all states of the table.
"""

import enum
import importlib
import sys
from itertools import product
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from portal.common.transitions import Transition, TransitionError, find  # noqa: E402


class Machine(NamedTuple):
    app: str
    name: str
    table: tuple[Transition, ...]
    states: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"

    @property
    def events(self) -> list[str]:
        return sorted({row.event for row in self.table})

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(product(self.states, self.events))


class Count(NamedTuple):
    """Pairs of one machine; `wrong` names those that do what the table does not say."""

    inside: int
    raising: int
    wrong: list[str]


def apps_with_tables() -> list[str]:
    return sorted(
        file.parent.name for file in (ROOT / "portal").glob("*/transitions.py") if file.parent.name != "common"
    )


def machines() -> list[Machine]:
    found = []
    for app in apps_with_tables():
        tables = importlib.import_module(f"portal.{app}.transitions").MACHINES
        found += [Machine(app, name, tuple(table), states_of(app, name, table)) for name, table in tables.items()]
    return found


def states_of(app: str, name: str, table: tuple[Transition, ...]) -> tuple[str, ...]:
    used = {str(state) for row in table for state in (row.source, row.target)}
    fitting = [values for values in vocabularies(app).values() if used <= set(values)]
    if not fitting:
        raise LookupError(
            f"portal/{app}/enums.py has no class …State with all states of the machine {name!r}: {', '.join(sorted(used))}."
        )
    return min(fitting, key=len)


def vocabularies(app: str) -> dict[str, tuple[str, ...]]:
    """Class name -> values, of the app's own vocabularies of states."""
    module = importlib.import_module(f"portal.{app}.enums")
    return {
        name: tuple(str(member.value) for member in kind)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, enum.Enum) and name.endswith("State")
        if kind.__module__ == module.__name__
    }


def walked(machine: Machine) -> Count:
    inside, raising, wrong = 0, 0, []
    for state, event in machine.pairs:
        rows = [row for row in machine.table if (row.source, row.event) == (state, event)]
        try:
            found = find(machine.table, event, state)
        except TransitionError:
            raising += 1
            if rows:
                wrong.append(f"{machine}: {event} in {state} raises, and stands in the table")
        else:
            inside += 1
            if rows != [found]:
                wrong.append(f"{machine}: {event} in {state} is not refused, or stands twice")
    return Count(inside, raising, wrong)


def report() -> tuple[list[str], list[str]]:
    """The lines to print and what is wrong."""
    counts = {machine: walked(machine) for machine in machines()}
    lines = [f"{'machine':<28}{'states':>7}{'events':>7}{'in the table':>14}{'raise':>7}"]
    for machine, count in counts.items():
        sizes = f"{len(machine.states):>7}{len(machine.events):>7}"
        lines.append(f"{machine!s:<28}{sizes}{count.inside:>14}{count.raising:>7}")
    inside, raising = (sum(getattr(count, kind) for count in counts.values()) for kind in ("inside", "raising"))
    lines.append(
        f"{len(counts)} machines, {inside + raising} pairs: {inside} in the tables, {raising} outside, each of them raises"
    )
    return lines, [text for count in counts.values() for text in count.wrong]


def main() -> int:
    import django

    django.setup()  # vocabularies carry translated labels
    lines, wrong = report()
    print(*lines, *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings.embedded")
    sys.exit(main())
