"""Every page of the portal, for the walk: `pages()` of each `tests/e2e/<app>_pages.py`, found by its name.

The function builds the rows that its pages need (with the factories of tests/factories) and returns the pages.
It runs once in a fresh database, before the server starts.
"""

from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from portal.accounts.models import User


class Page(NamedTuple):
    name: str  # of the screenshot; unique
    path: str  # in Korean; the English one lies under /en
    user: User | None = None  # None: the public
    status: int = 200
    recent: bool = True  # signed in with both factors a moment ago


def all_pages() -> list[Page]:
    modules = [import_module(f"tests.e2e.{file.stem}") for file in sorted(Path(__file__).parent.glob("*_pages.py"))]
    pages = [page for module in modules for page in module.pages()]
    names = [page.name for page in pages]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"Two pages of the walk are called {', '.join(sorted(twice))}.")
    return pages
