import errno

import pytest

from evaluation.core.failures import failure_of, library_line


class OutOfMemoryError(RuntimeError):
    """Called as PyTorch calls its own."""


def wrapped(inner):
    try:
        try:
            raise inner
        except type(inner) as error:
            raise ValueError("a library's own words") from error
    except ValueError as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "storage"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "storage"),
        (OutOfMemoryError("CUDA out of memory"), "gpu_memory"),
        (MemoryError(), "memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"), "memory"),
    ],
)
def test_what_the_machine_lacked_is_told_apart_also_where_a_library_wraps_it(error, cause):
    assert failure_of(error).cause == failure_of(wrapped(error)).cause == cause


@pytest.mark.parametrize("error", [ValueError("bad weights"), OSError(errno.ENOENT, "gone"), RuntimeError("shape")])
def test_anything_else_is_not_the_machine(error):
    assert failure_of(error) is None


def test_errors_that_point_at_each_other_end():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert failure_of(first) is None


def test_a_librarys_line_holds_no_path_of_the_worker():
    assert (
        library_line(ValueError("cannot read /srv/work/3/model.safetensors\nTraceback"))
        == "cannot read model.safetensors"
    )
