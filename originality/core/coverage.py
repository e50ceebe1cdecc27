"""How many of a model's parameters a set of tensors and views makes up; what is seen twice counts once."""

from collections.abc import Collection

from originality.core.sketch import Sketch


def parameters_in(sketch: Sketch, names: Collection[str]) -> int:
    """Sum the elements of stored tensors and of views whose stored tensor is not named as well."""
    whole = {name for name in names if name in sketch.summaries}
    sizes = {name: size for block in sketch.blocks for name, size in zip(block.tensors, block.elements, strict=False)}
    parts = {name for name in set(names) - whole if stored_name(name) not in whole}
    return sum(sketch.summaries[name].size for name in whole) + sum(sizes.get(name, 0) for name in parts)


def stored_name(name: str) -> str:
    """`x.weight` of the view `x.weight[q]`."""
    return name.rpartition("[")[0] if name.endswith("]") else name
