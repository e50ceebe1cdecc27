"""What a person sees: bars on a terminal, nothing but results elsewhere; results on stdout, the rest on stderr."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

errors = Console(stderr=True, highlight=False, soft_wrap=True)
KIB = 1024
COLUMNS = (
    TextColumn("{task.description:<12}"),
    BarColumn(),
    DownloadColumn(),
    TransferSpeedColumn(),
    TimeRemainingColumn(),
)


@contextmanager
def bar(title: str, *, total: int, done: int = 0) -> Iterator[Callable[[int], None]]:
    """A function to be called with each number of bytes done; safe from several threads."""
    with bars() as new:
        yield new(title, total=total, done=done).advance


class Bar(NamedTuple):
    advance: Callable[[int], None]  # by so many bytes; less than nothing goes back
    reach: Callable[[int], None]  # so many bytes in all; shows the bar with the first


@contextmanager
def bars() -> Iterator[Callable[..., Bar]]:
    """A function that makes bars below each other, by title, total and what is done; hidden until they move when `later`."""
    with Progress(*COLUMNS, console=errors, disable=not errors.is_terminal, transient=True) as progress:

        def new(title: str, *, total: int, done: int = 0, later: bool = False) -> Bar:
            task = progress.add_task(title, total=total, completed=done, visible=not later)
            return Bar(
                advance=lambda count: progress.advance(task, count),
                reach=lambda count: progress.update(task, completed=count, visible=True),
            )

        yield new


def size(count: float) -> str:
    """Bytes for people: three digits and a binary unit."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if abs(count) < KIB:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= KIB
    return f"{count:,.2f} TiB"


def note(text: str) -> None:
    errors.print(text, markup=False)


def show(result: dict[str, Any], *, text: str, as_json: bool) -> None:
    print(json.dumps(result, ensure_ascii=False) if as_json else text, flush=True)
