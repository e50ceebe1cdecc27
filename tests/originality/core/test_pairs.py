"""All elements of two tensors: the fast way over codes and the way over numbers give what the formulas say."""

import json

import numpy as np
import pytest

from originality.core import readers, tensors
from originality.core.kernels import to_bf16
from originality.core.pairkernels import pair_codes, pair_floats
from originality.core.readers import open_folder
from originality.core.sketch import build_sketch
from originality.core.spool import Spool
from tests.factories.originality import fine_tuned, llama, write_model

NAME = "model.layers.0.mlp.gate_proj.weight"


def write_bf16(folder, weights):
    folder.mkdir()
    codes = {name: to_bf16(values.reshape(-1)) for name, values in weights.items()}
    header, end = {}, 0
    for name, held in codes.items():
        places = [end, end + held.nbytes]
        header[name] = {"dtype": "BF16", "shape": weights[name].shape, "data_offsets": places}
        end += held.nbytes
    text = json.dumps(header).encode()
    stored = b"".join(held.tobytes() for held in codes.values())
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + stored)
    return folder


def kin():
    parent = llama(seed=1, layers=1)
    child = fine_tuned(parent)
    child[NAME][::5] = parent[NAME][::5]
    return child, parent


def numbers(values):
    return (to_bf16(values.reshape(-1)).astype(np.uint32) << 16).view(np.float32).astype(np.float64)


@pytest.mark.parametrize("write", [write_bf16, write_model])
def test_full_rows_are_what_the_formulas_say(tmp_path, monkeypatch, write):
    monkeypatch.setattr(tensors, "SPAN", 1_000)
    monkeypatch.setattr(readers, "BLOCK_ELEMENTS", 100)
    child, parent = kin()
    sources = tuple(open_folder(write(tmp_path / name, weights)) for name, weights in (("a", child), ("b", parent)))
    ours, theirs = (build_sketch(source) for source in sources)

    (row,) = tensors.full_rows(ours, theirs, [(NAME, NAME)], sources=sources)

    exact = write is write_model
    a, b = ((w[NAME].astype(np.float64).ravel() if exact else numbers(w[NAME])) for w in (child, parent))
    codes = [numbers(weights[NAME]) for weights in (child, parent)]
    chance = sum(np.mean(codes[0] == v) * np.mean(codes[1] == v) for v in np.unique(codes[0]))
    assert row.equality.fraction == pytest.approx(np.mean(a == b))
    assert row.equality.chance == pytest.approx(chance)
    assert row.variance.r2 == pytest.approx(np.corrcoef(a, b)[0, 1] ** 2, rel=1e-4)
    assert row.variance.v == pytest.approx(np.var(a - b) / (np.var(a) + np.var(b)), rel=1e-4)


def test_kernels_count_over_the_flushes():
    random = np.random.default_rng(2)
    x, y = (random.normal(size=10_001).astype(np.float32) for _ in range(2))
    y[::3] = x[::3]
    p, q = to_bf16(x), to_bf16(y)

    assert pair_codes(p, q) == (np.sum(p == q), pytest.approx(float(numbers(x) @ numbers(y)), rel=1e-5))
    product = float(x.astype(np.float64) @ y.astype(np.float64))
    assert pair_floats(x, y) == (np.sum(x == y), np.sum(p == q), pytest.approx(product, rel=1e-5))


def test_a_spool_gives_back_what_it_was_given(monkeypatch):
    monkeypatch.setattr("originality.core.spool.HELD", 100)
    monkeypatch.setattr("originality.core.spool.SEGMENT", 4_096)
    spool = Spool()
    given = [np.arange(size, dtype=np.float32).reshape(-1, 2) for size in (2, 30, 700, 3_000, 0, 4)]

    kept = [spool.keep(array) for array in given]

    assert all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(given, kept, strict=True))
