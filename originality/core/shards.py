"""One model's sketch made in parts: which tensors go together, and how parts become the sketch again."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from originality.core.errors import InputError
from originality.core.ownbasis import rows_seen
from originality.core.projection import Matrix
from originality.core.readers import Source
from originality.core.roles import Role, assign_roles
from originality.core.sketch import Sketch, block_place, content_digest

WIDTHS = {"F64": 8, "F32": 4, "I32": 4, "U32": 4, "I64": 8, "U64": 8, "F16": 2, "BF16": 2, "I16": 2, "U16": 2}
NEAR = 1e-2  # own bases of one folder differ by rounding alone


def shards_of(source: Source, *, count: int) -> list[frozenset[str]]:
    """Deal the tensors into at most `count` parts of about equal bytes; what makes up one layer or expert stays together."""
    groups: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for name, slot in assign_roles(source.tensors, source.config).slots.items():
        if name in source.tensors:
            groups[slot.tower, slot.layer, slot.expert].append(name)
    weights = {key: sum(_bytes(source, name) for name in names) for key, names in groups.items()}
    parts: list[list[str]] = [[] for _ in range(max(1, min(count, len(groups))))]
    loads = [0] * len(parts)
    for key in sorted(groups, key=lambda key: (-weights[key], key)):
        lightest = loads.index(min(loads))
        parts[lightest] += groups[key]
        loads[lightest] += weights[key]
    return [frozenset(part) for part in parts if part]


def _bytes(source: Source, name: str) -> int:
    meta = source.tensors[name]
    return meta.size * WIDTHS.get(meta.dtype, 1)


def spans_read(source: Source, *, only: Collection[str]) -> dict[Path, list[tuple[int, int]]]:
    """Byte spans [start, stop) of every file that `build_sketch(only=…)` may read: a copy may leave the rest empty.

    They are the headers, the part's own tensors, all norms and scales, and the rows from which the own basis is taken.
    """
    roles = assign_roles(source.tensors, source.config)
    viewed = source.seen_through(roles.views)
    norms = {name for name, slot in roles.slots.items() if slot.role is Role.NORM and name in source.tensors}
    whole = {*only, *norms, *(scale.name for scale in source.scales.values())}
    places = source.places.values()
    spans = {file: [(0, min(p.offset for p in places if p.file == file))] for file in {place.file for place in places}}
    for tower in roles.towers:
        found = rows_seen(viewed, roles=roles, tower=tower)
        for name in found.names if found else ():
            if name in roles.views or name in source.scales:
                whole.add(roles.stored(name))
            elif name not in whole and found:
                spans[source.places[name].file] += _rows(source, name, step=found.step)
    for name in whole:
        start = source.places[name].offset
        spans[source.places[name].file].append((start, start + _bytes(source, name)))
    return {file: sorted(found) for file, found in spans.items()}


def _rows(source: Source, name: str, *, step: int) -> list[tuple[int, int]]:
    rows, width = source.tensors[name].shape
    length, start = width * WIDTHS[source.tensors[name].dtype], source.places[name].offset
    return [(start + row * length, start + (row + 1) * length) for row in range(0, rows, step)]


def merge_sketches(parts: Sequence[Sketch]) -> Sketch:
    """Return the sketch that one piece would have given, whatever the order of the parts; InputError if they do not fit."""
    first = _fitting(parts)
    summaries = {name: part.summaries[name] for part in parts for name in part.summaries}
    samples = {name: part.samples[name] for part in parts for name in part.samples}
    gains = {key: part.gains[key] for part in parts for key in part.gains}
    with_anchors = next((part for part in parts if part.anchors.hashes.size), first)
    return replace(
        first,
        digest=content_digest(list(summaries.values())),
        summaries={name: summaries[name] for name in sorted(summaries)},
        samples={name: samples[name] for name in sorted(samples)},
        blocks=sorted((block for part in parts for block in part.blocks), key=block_place),
        gains={key: gains[key] for key in sorted(gains)},
        anchors=with_anchors.anchors,
        own_anchors=with_anchors.own_anchors,
        spectra=dict(sorted((place, found) for part in parts for place, found in part.spectra.items())),
    )


def _fitting(parts: Sequence[Sketch]) -> Sketch:
    """Check that the parts are of one model and hold each tensor once; returns one of them, the same in every order."""
    if not parts:
        raise InputError("no part of a sketch to merge")
    first = min(parts, key=lambda part: min(part.summaries, default=""))
    for part in parts:
        same = all(
            getattr(part, key) == getattr(first, key) for key in ("k", "family", "config", "towers", "tensors_total")
        )
        if not (
            same and _same_bases(part.bases, first.bases) and np.array_equal(part.tokens.tokens, first.tokens.tokens)
        ):
            raise InputError(f"{part.label}: the parts are not of one model and engine; make them again")
    names = [name for part in parts for name in part.summaries]
    if len(set(names)) != len(names):
        raise InputError(f"{first.label}: tensor {max(names, key=names.count)} is in two parts")
    if len(names) != first.tensors_total:
        raise InputError(f"{first.label}: parts hold {len(names)} of {first.tensors_total} tensors; one is missing")
    return first


def _same_bases(one: dict[str, Matrix], other: dict[str, Matrix]) -> bool:
    return one.keys() == other.keys() and all(
        one[tower].shape == other[tower].shape and np.allclose(one[tower], other[tower], atol=NEAR) for tower in one
    )
