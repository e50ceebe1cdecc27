"""Failures that lie with the machine and not with what was handed in: told apart, so that a team is not blamed for a full disk."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FULL = {errno.ENOSPC, errno.EDQUOT}
HOST_MEMORY = ("can't allocate memory", "Cannot allocate memory")  # PyTorch's allocator; the system's words


class Failure(NamedTuple):
    """`cause` in the words of the portal's jobs (docs/jobs.md)."""

    cause: str
    message: str


def failure_of(error: BaseException) -> Failure | None:
    """What of the machine was missing, looking through the errors that libraries wrap; None for anything else."""
    for found in _chain(error):
        if isinstance(found, OSError) and found.errno in FULL:
            return Failure("storage", "The disk of the worker is full.")
        if type(found).__name__ == "OutOfMemoryError":  # torch's own, without importing it
            return Failure("gpu_memory", "The memory of the GPU ran out; ask for more cards or a smaller batch.")
        if isinstance(found, MemoryError) or any(words in str(found) for words in HOST_MEMORY):
            return Failure("memory", "The memory of the worker ran out.")
    return None


def is_of_the_machine(error: BaseException) -> bool:
    return failure_of(error) is not None


def library_line(error: BaseException) -> str:
    """A library's own words, short and without the worker's paths."""
    text = str(error).strip() or type(error).__name__
    return " ".join(word if "/" not in word else Path(word).name for word in text.splitlines()[0].split())[:400]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: Any = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__
