"""Flipping a unit of attention changes nothing that attention computes, and the blocks see exactly the coins that fell."""

import numpy as np
import pytest

from originality.core.heads import rotary_planes
from originality.core.readers import open_folder
from originality.core.roles import Rope, Tower, assign_roles
from originality.core.units import unit_blocks
from tests.factories.originality import write_model

D, HEADS, KV, HEAD = 24, 4, 2, 8


def attention_model(seed, *, rank=0):
    random = np.random.default_rng(seed)
    shapes = {"q_proj": (HEADS * HEAD, D), "k_proj": (KV * HEAD, D), "v_proj": (KV * HEAD, D), "o_proj": (D, HEADS * HEAD)}  # fmt: skip
    if rank:
        shapes = {"kv_a_proj_with_mqa": (rank + 4, D), "kv_b_proj": (HEADS * 2 * HEAD, rank), "q_a_proj": (rank, D), "q_b_proj": (HEADS * HEAD, rank)}  # fmt: skip
    at = "model.layers.0."
    tensors = {f"{at}self_attn.{name}.weight": random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}  # fmt: skip
    tensors[at + "mlp.gate_proj.weight"] = random.normal(size=(40, D)).astype(np.float32)
    tensors[at + "input_layernorm.weight"] = random.normal(1, 0.1, D).astype(np.float32)
    return tensors | {"model.embed_tokens.weight": random.normal(size=(50, D)).astype(np.float32)}


def turned(rows, *, rope, share=1.0, theta=10.0):
    """Rotary embedding of (positions, heads, HEAD), after Su et al. (2021), in the layout of the tower."""
    size = int(rows.shape[-1] * share)
    angles = np.arange(len(rows))[:, None] * theta ** -(np.arange(size // 2) / (size // 2))
    cosine, sine = np.cos(angles)[:, None], np.sin(angles)[:, None]
    first, second = (
        (rows[..., : size // 2], rows[..., size // 2 : size])
        if rope is Rope.HALVES
        else (rows[..., 0:size:2], rows[..., 1:size:2])
    )
    result = rows.copy()
    a, b = first * cosine - second * sine, first * sine + second * cosine
    if rope is Rope.HALVES:
        result[..., :size] = np.concatenate([a, b], axis=-1)
    else:
        result[..., 0:size:2], result[..., 1:size:2] = a, b
    return result


@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("rope", [Rope.HALVES, Rope.PAIRS])
@pytest.mark.parametrize("declared", [True, False])
def test_flipping_a_plane_in_queries_and_keys_changes_no_score(rope, share, declared):
    tower = Tower("any", rope=rope.value if declared else Rope.UNKNOWN.value)
    planes = rotary_planes(HEAD, tower=tower, sizes={"partial_rotary_factor": share})
    random = np.random.default_rng(1)
    queries, keys = random.normal(size=(2, 5, 1, HEAD))
    coins = np.ones(HEAD)
    for plane in planes[::2]:
        coins[plane] = -1

    scores = [
        turned(queries * signs, rope=rope, share=share)[:, 0] @ turned(keys * signs, rope=rope, share=share)[:, 0].T
        for signs in (np.ones(HEAD), coins)
    ]
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-12)
    assert (coins < 0).any()
    assert len(np.unique(planes)) == planes.size


def test_flipping_half_a_plane_does_change_scores():
    random = np.random.default_rng(1)
    queries, keys = random.normal(size=(2, 5, 1, HEAD))
    coins = np.ones(HEAD)
    coins[0] = -1
    before, after = (turned(queries * c, rope=Rope.HALVES)[:, 0] @ turned(keys * c, rope=Rope.HALVES)[:, 0].T for c in (np.ones(HEAD), coins))  # fmt: skip

    assert np.abs(before - after).max() > 0.1


def test_a_head_of_unknown_rotated_part_gives_no_units():
    assert rotary_planes(HEAD, tower=Tower("phi", rope="halves"), sizes={}) is None


def blocks_of(tmp_path, name, tensors, **config):
    write_model(tmp_path / name, tensors)
    source = open_folder(tmp_path / name)
    source.config.update(num_attention_heads=HEADS, head_dim=HEAD, towers={}, **config)
    return {(b.kind, b.part): b for b in unit_blocks(source, roles=assign_roles(source.tensors, source.config), k=D)}


def agreement(a, b):
    return np.einsum("ij,ij->i", a.reads, b.reads) + np.einsum("ij,ij->i", a.writes, b.writes)


def test_coins_of_values_and_of_rotary_planes_are_read_off_exactly(tmp_path):
    tensors = attention_model(1)
    changed = dict(tensors)
    random = np.random.default_rng(2)
    of_values, of_planes = random.choice([-1.0, 1.0], (KV, HEAD)), random.choice([-1.0, 1.0], (KV, HEAD // 2))
    at = "model.layers.0.self_attn."
    each = HEADS // KV
    by_row = np.concatenate([of_planes, of_planes], axis=1)  # row i and i + half share a coin
    changed[at + "v_proj.weight"] = (of_values.reshape(-1, 1) * tensors[at + "v_proj.weight"]).astype(np.float32)
    changed[at + "o_proj.weight"] = (tensors[at + "o_proj.weight"] * np.repeat(of_values, each, axis=0).ravel()).astype(np.float32)  # fmt: skip
    changed[at + "k_proj.weight"] = (by_row.reshape(-1, 1) * tensors[at + "k_proj.weight"]).astype(np.float32)
    changed[at + "q_proj.weight"] = (np.repeat(by_row, each, axis=0).reshape(-1, 1) * tensors[at + "q_proj.weight"]).astype(np.float32)  # fmt: skip

    before, after = blocks_of(tmp_path, "a", tensors), blocks_of(tmp_path, "b", changed)

    np.testing.assert_allclose(
        agreement(before["attention", ""], after["attention", ""]), 2 * of_values.ravel(), atol=1e-5
    )
    np.testing.assert_allclose(agreement(before["rope", ""], after["rope", ""]), 2 * of_planes.ravel(), atol=1e-5)


def test_coins_of_latent_channels_are_read_off_exactly(tmp_path):
    rank = 12
    tensors = attention_model(1, rank=rank)
    changed = dict(tensors)
    coins = np.random.default_rng(3).choice([-1.0, 1.0], rank).astype(np.float32)
    at = "model.layers.0.self_attn."
    rows = np.concatenate([coins, np.ones(4, np.float32)])  # the rotary rows have no column to flip
    changed[at + "kv_a_proj_with_mqa.weight"] = tensors[at + "kv_a_proj_with_mqa.weight"] * rows[:, None]
    changed[at + "kv_b_proj.weight"] = tensors[at + "kv_b_proj.weight"] * coins

    before, after = blocks_of(tmp_path, "a", tensors), blocks_of(tmp_path, "b", changed)

    found = agreement(before["latent", "key_value"], after["latent", "key_value"])
    np.testing.assert_array_equal(np.sign(found), coins)
    assert agreement(before["latent", "query"], after["latent", "query"]).min() > 1.5, "untouched"


def test_coins_of_latent_values_are_read_off_beside_the_latent_coins(tmp_path):
    rank, value = 12, HEAD
    tensors = attention_model(1, rank=rank) | {"model.layers.0.self_attn.o_proj.weight": attention_model(7)["model.layers.0.self_attn.o_proj.weight"]}  # fmt: skip
    changed = dict(tensors)
    coins = np.random.default_rng(4).choice([-1.0, 1.0], (HEADS, value)).astype(np.float32)
    at = "model.layers.0.self_attn."
    by_row = np.concatenate([np.ones((HEADS, HEAD), np.float32), coins], axis=1).ravel()  # keys first, then values
    changed[at + "kv_b_proj.weight"] = tensors[at + "kv_b_proj.weight"] * by_row[:, None]
    changed[at + "o_proj.weight"] = tensors[at + "o_proj.weight"] * coins.ravel()

    before, after = blocks_of(tmp_path, "a", tensors), blocks_of(tmp_path, "b", changed)

    found = agreement(before["latent", "value"], after["latent", "value"])
    np.testing.assert_allclose(found, 2 * coins.ravel(), atol=1e-5)


@pytest.mark.parametrize("kind", [("attention", ""), ("rope", "")])
def test_strangers_agree_on_half(tmp_path, kind):
    shared = [agreement(blocks_of(tmp_path, f"a{s}", attention_model(s))[kind], blocks_of(tmp_path, f"b{s}", attention_model(s + 100))[kind]) for s in range(12)]  # fmt: skip
    values = np.concatenate(shared)

    assert abs(values.sum() / np.sqrt((values**2).sum())) < 3.5
