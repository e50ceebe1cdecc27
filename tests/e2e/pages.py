"""Every page of the portal, for the walk: `pages()` of each `tests/e2e/<app>_pages.py`, found by its name.

The function builds the rows that its pages need (with the factories of tests/factories) and returns the pages.
It runs once, in a database of its own, before the server starts.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Optional

if TYPE_CHECKING:  # the walk itself runs without Django
    from portal.accounts.models import User


class Page(NamedTuple):
    name: str  # of the screenshot; unique
    path: str  # in Korean; the English one lies under /en
    user: Optional["User"] = None  # None: the public
    status: int = 200
    recent: bool = True  # signed in with both factors a moment ago


def apps() -> list[str]:
    return sorted(file.stem.removesuffix("_pages") for file in Path(__file__).parent.glob("*_pages.py"))


def file_of(app: str) -> Path:
    return Path(__file__).with_name(f"{app}_pages.py")


def pages_of(app: str) -> list[Page]:
    """The pages of an app, or "app.function" for those that one function of its file makes."""
    app, _, function = app.partition(".")
    pages = list(getattr(import_module(f"tests.e2e.{app}_pages"), function or "pages")())
    names = [page.name for page in pages]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"Two pages of {app} are called {', '.join(sorted(twice))}.")
    return pages
