"""A matrix inside a stored tensor, so that tests speak of gate and up whether or not a file keeps them as one."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Span(NamedTuple):
    start: int
    stop: int
    step: int = 1


class View(NamedTuple):
    """First the slab on the first axis, then transposed, then rows of spans; shape is that of the result."""

    stored: str
    shape: tuple[int, int]
    spans: tuple[Span, ...]
    transposed: bool = False
    slab: int | None = None


def seen(elements: NDArray[Any], view: View, *, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the view's rows of a stored tensor of `shape`, whose elements may come in any shape; one span is not copied."""
    whole = elements.reshape(shape)
    matrix = whole if view.slab is None else whole[view.slab]
    rows = matrix.T if view.transposed else matrix
    if len(view.spans) == 1:
        return rows[slice(*view.spans[0])]
    return np.concatenate([rows[slice(*span)] for span in view.spans])
