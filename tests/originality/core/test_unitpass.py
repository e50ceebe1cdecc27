"""The pass over gated units against the plain formulas."""

import numpy as np
import pytest

from originality.core.projection import signs
from originality.core.readers import open_folder
from originality.core.unitpass import gated_features
from tests.factories.originality import llama, write_model

NAMES = tuple(f"model.layers.0.mlp.{part}_proj.weight" for part in ("gate", "up", "down"))


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def cosine(a, b):
    return (unit(a) * unit(b)).sum(axis=1)


@pytest.mark.parametrize(("width", "k"), [(48, 32), (48, 256), (1536, 32), (1100, 48)])
def test_one_pass_gives_what_the_formulas_say(tmp_path, width, k):
    weights = llama(seed=1, layers=1, width=width, units=70)
    random = np.random.default_rng(5)
    gain = random.normal(1, 0.1, width).astype(np.float32)
    own = np.linalg.qr(random.normal(size=(min(width, 1024), 16)))[0].astype(np.float32)
    own = own if width <= 1024 else signs(width, 1024) @ own
    gate, up, down = weights[NAMES[0]] * gain, weights[NAMES[1]] * gain, weights[NAMES[2]].T

    source = open_folder(write_model(tmp_path, weights))
    found = gated_features(source, names=NAMES, gain=gain, k=k, own=own)

    for rows, seen, mine in (
        (gate, found.gate, found.own_gate),
        (up, found.reads, found.own_reads),
        (down, found.writes, found.own_writes),
    ):
        assert np.allclose(seen, unit(rows) @ signs(width, k), atol=1e-5)
        assert np.allclose(mine, unit(rows) @ own, atol=1e-5)
    lengths = [np.linalg.norm(rows, axis=1) for rows in (gate, up, down)]
    traits = [np.log(lengths[0]), np.log(lengths[1] * lengths[2]), abs(cosine(gate, up)), abs(cosine(gate, down))]
    assert np.allclose(found.traits, np.stack([*traits, cosine(up, down)], axis=1), atol=5e-3)
