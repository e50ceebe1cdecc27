"""Who gets which answer where: endpoint × actor → status. Every URL name of ours has at least one row.

An app keeps its rows in `tests/access/<app>_rows.py` as `ROWS`; the file is found by its name:

    ROWS = [Row("review:sheet", "302 404 200 403 403 200", kwargs=own_sheet)]

The statuses stand in the order of ACTORS. `kwargs` receives the actors and returns the URL's arguments; it may
make rows for them (a membership, an assignment), so that "team" means a member and not just anybody with the role.
"""

from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from portal.accounts.models import User

ACTORS = ("anonymous", "team", "reviewer", "officer", "decider", "auditor")

Actors = dict[str, User]


def no_arguments(actors: Actors) -> dict[str, Any]:
    return {}


class Row(NamedTuple):
    url_name: str
    statuses: str
    kwargs: Callable[[Actors], dict[str, Any]] = no_arguments
    method: str = "get"
    data: dict[str, Any] | None = None
    case: str = ""  # tells two rows of one address apart

    @property
    def expected(self) -> dict[str, int]:
        return dict(zip(ACTORS, map(int, self.statuses.split()), strict=True))

    def __str__(self) -> str:
        return " ".join(part for part in (self.url_name, self.method, self.case) if part)


def rows() -> list[Row]:
    modules = [import_module(f"tests.access.{file.stem}") for file in sorted(Path(__file__).parent.glob("*_rows.py"))]
    return [row for module in modules for row in module.ROWS]


def by_world(chosen: list[Row]) -> list[Any]:
    """Rows that ask for the same things share them as one parameter: making a world costs more than all its pages."""
    groups = defaultdict(list)
    for row in chosen:
        groups[row.kwargs].append(row)
    return [pytest.param(group, id=f"{group[0]} and {len(group) - 1} more") for group in groups.values()]
