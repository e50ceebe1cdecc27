"""Threads over tensors and blocks: kernels, hashes and matrix products all let go of the interpreter."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def threads() -> int:
    return max(2, min(16, os.cpu_count() or 2))


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results in order, as they are ready."""
    with ThreadPoolExecutor(threads()) as pool:
        yield from pool.map(work, items)
