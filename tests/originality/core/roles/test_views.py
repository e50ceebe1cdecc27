"""Fused, transposed and stacked tensors give the same matrices as the model that keeps them apart."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from originality.core.readers import TensorMeta, open_folder
from originality.core.roles import Role, Slot, assign_roles

D, N, HEADS, KV, SIZE = 16, 24, 4, 2, 6
WIDE, NARROW = HEADS * SIZE, KV * SIZE


def matrix(seed, rows, columns):
    return np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)


Q, K, VALUE, OUT = matrix(1, WIDE, D), matrix(2, NARROW, D), matrix(3, NARROW, D), matrix(4, D, WIDE)
GATE, UP, DOWN = matrix(5, N, D), matrix(6, N, D), matrix(7, D, N)
WORDS = {"model.embed_tokens.weight": matrix(8, 40, D)}


def by_role(tmp_path, tensors, config=None):
    """What the engine reads at every place: {(role, expert): matrix}."""
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(config or {}))
    source = open_folder(tmp_path)
    roles = assign_roles(source.tensors, source.config)
    seen = source.seen_through(roles.views)
    return {
        (slot.role, slot.expert): np.concatenate([block.values for block in seen.blocks(name)])
        for name, slot in roles.slots.items()
        if slot.layer == 0 and not slot.part
    }


def test_phi_keeps_queries_keys_and_values_one_after_another(tmp_path):
    at = "model.layers.0."
    found = by_role(
        tmp_path,
        WORDS
        | {
            at + "self_attn.qkv_proj.weight": np.concatenate([Q, K, VALUE]),
            at + "self_attn.o_proj.weight": OUT,
            at + "mlp.gate_up_proj.weight": np.concatenate([GATE, UP]),
            at + "mlp.down_proj.weight": DOWN,
        },
    )
    for role, expected in zip(
        (Role.QUERY, Role.KEY, Role.VALUE, Role.GATE, Role.UP), (Q, K, VALUE, GATE, UP), strict=True
    ):
        np.testing.assert_array_equal(found[role, ""], expected)


def test_internlm_deals_rows_out_by_key_head(tmp_path):
    each = HEADS // KV
    groups = [
        np.concatenate(
            [Q[g * each * SIZE : (g + 1) * each * SIZE], K[g * SIZE : (g + 1) * SIZE], VALUE[g * SIZE : (g + 1) * SIZE]]
        )
        for g in range(KV)
    ]
    at = "model.layers.0."
    tensors = {
        "model.tok_embeddings.weight": WORDS["model.embed_tokens.weight"],
        at + "attention.wqkv.weight": np.concatenate(groups),
        at + "attention.wo.weight": OUT,
        at + "feed_forward.w1.weight": GATE,
    }
    found = by_role(tmp_path, tensors, {"num_attention_heads": HEADS, "num_key_value_heads": KV})

    for role, expected in zip((Role.QUERY, Role.KEY, Role.VALUE), (Q, K, VALUE), strict=True):
        np.testing.assert_array_equal(found[role, ""], expected)


def test_gpt2_keeps_its_matrices_transposed(tmp_path):
    keys, values = matrix(9, WIDE, WIDE), matrix(10, WIDE, WIDE)
    queries, up, down = matrix(11, WIDE, WIDE), matrix(12, 4 * WIDE, WIDE), matrix(13, WIDE, 4 * WIDE)
    tensors = {
        "wte.weight": matrix(14, 40, WIDE),
        "h.0.attn.c_attn.weight": np.concatenate([queries, keys, values]).T,
        "h.0.attn.c_proj.weight": OUT[:, :].T @ OUT,
        "h.0.mlp.c_fc.weight": up.T,
        "h.0.mlp.c_proj.weight": down.T,
    }
    found = by_role(tmp_path, tensors)

    expected = {Role.QUERY: queries, Role.KEY: keys, Role.VALUE: values, Role.UP: up, Role.DOWN: down}
    for role, values in expected.items():
        np.testing.assert_array_equal(found[role, ""], values)
    np.testing.assert_array_equal(found[Role.OUTPUT, ""], (OUT.T @ OUT).T)


def test_linear_layers_under_the_names_of_gpt2_are_not_turned(tmp_path):
    found = by_role(
        tmp_path, {"wte.weight": matrix(1, 40, D), "h.0.mlp.c_fc.weight": UP, "h.0.mlp.c_proj.weight": DOWN}
    )
    np.testing.assert_array_equal(found[Role.UP, ""], UP)
    np.testing.assert_array_equal(found[Role.DOWN, ""], DOWN)


def experts(layout):
    gates, ups, downs = (np.stack([matrix(s + e, *shape) for e in range(3)]) for s, shape in ((20, (N, D)), (30, (N, D)), (40, (D, N))))  # fmt: skip
    fused = np.concatenate([gates, ups], axis=1)
    at = "model.layers.0.mlp.experts."
    if layout == "even and odd, transposed":
        fused = np.stack([gates, ups], axis=2).reshape(3, 2 * N, D)
        bias = {at + "gate_up_proj_bias": np.ones((3, 2 * N), np.float32)}
    else:
        bias = {}
    turned = "transposed" in layout
    stacked = {
        at + "gate_up_proj": fused.transpose(0, 2, 1) if turned else fused,
        at + "down_proj": downs.transpose(0, 2, 1) if turned else downs,
    }
    return WORDS | stacked | bias, gates, ups, downs


@pytest.mark.parametrize("layout", ["as Linear", "transposed", "even and odd, transposed"])
def test_stacked_experts_are_seen_one_by_one(tmp_path, layout):
    tensors, gates, ups, downs = experts(layout)

    found = by_role(tmp_path, tensors)

    for index in range(3):
        np.testing.assert_array_equal(found[Role.GATE, str(index)], gates[index])
        np.testing.assert_array_equal(found[Role.UP, str(index)], ups[index])
        np.testing.assert_array_equal(found[Role.DOWN, str(index)], downs[index])


def test_stored_tensors_keep_their_own_slot_for_the_exact_tests():
    shapes = {"model.layers.0.self_attn.qkv_proj.weight": (48, D), "model.layers.0.self_attn.o_proj.weight": (D, 24)}
    roles = assign_roles({name: TensorMeta("BF16", shape) for name, shape in shapes.items()})

    name = "model.layers.0.self_attn.qkv_proj.weight"
    assert roles.slots[name] == Slot(Role.FUSED, 0, "qkv")
    assert roles.slots[f"{name}[k]"] == Slot(Role.KEY, 0)
    assert roles.stored(f"{name}[k]") == name
    assert set(roles.among([name]).slots) == {name, f"{name}[q]", f"{name}[k]", f"{name}[v]"}


def test_a_claim_of_a_million_experts_gives_no_view():
    tensors = {
        "model.embed_tokens.weight": TensorMeta("BF16", (40, D)),
        "model.layers.0.mlp.experts.gate_up_proj": TensorMeta("BF16", (1 << 20, 2, D)),
    }
    assert assign_roles(tensors).views == {}


@pytest.mark.parametrize(
    ("shape", "output"), [((50, D), (D, 24)), ((20, D), (D, 24))]
)  # values and keys of unequal width; fewer rows than queries
def test_a_layout_that_cannot_be_told_gives_no_view(shape, output):
    tensors = {
        "model.layers.0.self_attn.qkv_proj.weight": TensorMeta("BF16", (shape[0] + 1, D)),
        "model.layers.0.self_attn.o_proj.weight": TensorMeta("BF16", output),
    }
    assert assign_roles(tensors).views == {}
