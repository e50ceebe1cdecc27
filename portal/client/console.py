"""What a person sees: bars on a terminal, nothing but results elsewhere; results on stdout, the rest on stderr."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

errors = Console(stderr=True, highlight=False, soft_wrap=True)
COLUMNS = (
    TextColumn("{task.description:<9}"),
    BarColumn(),
    DownloadColumn(),
    TransferSpeedColumn(),
    TimeRemainingColumn(),
)


@contextmanager
def bar(title: str, *, total: int, done: int = 0) -> Iterator[Callable[[int], None]]:
    """A function to be called with each number of bytes done; safe from several threads."""
    with Progress(*COLUMNS, console=errors, disable=not errors.is_terminal, transient=True) as progress:
        task = progress.add_task(title, total=total, completed=done)
        yield lambda count: progress.advance(task, count)


def note(text: str) -> None:
    errors.print(text, markup=False)


def show(result: dict[str, Any], *, text: str, as_json: bool) -> None:
    print(json.dumps(result, ensure_ascii=False) if as_json else text, flush=True)
