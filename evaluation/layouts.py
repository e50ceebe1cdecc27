"""How the model of a run comes to be asked: one layout for each kind of source.

The checkpoint's stands in `evaluation.jobs`; another kind registers its own when its app is ready.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.models import RunPart
from portal.jobs.models import Job
from portal.jobs.registry import Command

CHECKPOINT = "checkpoint"


class Layout(NamedTuple):
    """`requirements(source)` are amounts beside the suite's, `prepare(part, job, workdir)` lays the model out and says what to
    run, `collect(part, job, workdir)` looks once more when the child has ended well; it raises InputError to refuse the result.
    """

    requirements: Callable[[Mapping[str, Any]], Mapping[str, int]]
    prepare: Callable[[RunPart, Job, Path], Command]
    collect: Callable[[RunPart, Job, Path], None]


_layouts: dict[str, Layout] = {}


def register_source(kind: str, layout: Layout) -> None:
    """Add a kind of source; registering the same again changes nothing."""
    if _layouts.setdefault(kind, layout) != layout:
        raise ValueError(f"Two layouts are registered for sources of the kind {kind!r}; give one another name.")


def layout_of(source: Mapping[str, Any]) -> Layout:
    """Return the layout of a source; {} is a checkpoint."""
    kind = source.get("kind", CHECKPOINT)
    try:
        return _layouts[kind]
    except KeyError:
        raise LookupError(f"No layout is known for sources of the kind {kind!r}; known: {sorted(_layouts)}.") from None
