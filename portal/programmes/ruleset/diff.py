"""What one rule set document says and another does not, place by place. Pure; the documents need not be valid.

Rows that have a name of their own are compared by it, so a part that moved or got a neighbour is not a changed part.

>>> compare({"points": 100}, {"points": 90})
(Change(path='points', before=100, after=90, steps=('points',)),)
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

NAMES = ("key", "path", "name", "at")  # what tells the rows of a list apart, the first that does


class Change(NamedTuple):
    """A value that differs; None is a value that is not there. `steps` is the path taken apart, a row as `[key]`."""

    path: str  # such as parts[expert].criteria[strategy].max
    before: Any
    after: Any
    steps: tuple[str, ...] = ()


def compare(before: Any, after: Any) -> tuple[Change, ...]:
    """Every difference, in the order of the document before; what came in stands where it would be read."""
    return tuple(_compare(before, after, ()))


def path_of(steps: tuple[str, ...]) -> str:
    return "".join(step if step.startswith("[") else f".{step}" for step in steps).removeprefix(".")


def row_at(rows: Any, step: str) -> Any:
    """The row that a step such as `[expert]` leads to; None if there is none."""
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and step[1:-1] in (str(row.get(name)) for name in NAMES):
            return row
    return None


def _compare(before: Any, after: Any, steps: tuple[str, ...]) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _compare(before.get(key), after.get(key), (*steps, str(key)))
    elif isinstance(before, list) and isinstance(after, list) and (name := _naming(before, after)):
        old = {str(row[name]): row for row in before}
        new = {str(row[name]): row for row in after}
        yield from _compare_rows(old, new, steps)
    elif type(before) is not type(after) or before != after:
        yield Change(path_of(steps), before, after, steps)


def _compare_rows(old: dict[str, Any], new: dict[str, Any], steps: tuple[str, ...]) -> Iterator[Change]:
    for name in [*old, *(name for name in new if name not in old)]:
        yield from _compare(old.get(name), new.get(name), (*steps, f"[{name}]"))
    stayed = [name for name in old if name in new]
    order = [name for name in new if name in old]
    if stayed != order:
        yield Change(path_of(steps), stayed, order, steps)


def _naming(*lists: list[Any]) -> str | None:
    """The key whose value tells the rows apart in each of the lists; None if there is no such key."""
    if not any(lists) or not all(isinstance(row, dict) for rows in lists for row in rows):
        return None
    return next((name for name in NAMES if all(_tells_apart(name, rows) for rows in lists)), None)


def _tells_apart(name: str, rows: list[Any]) -> bool:
    values = [row.get(name) for row in rows]
    return all(isinstance(value, str | int) for value in values) and len(set(map(str, values))) == len(rows)
