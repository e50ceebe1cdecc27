"""The fallback reads roles off shapes and words, and says that it did."""

import pytest

from originality.core.readers import TensorMeta
from originality.core.roles import Role, assign_roles

D, N = 32, 96
R = Role


def roles_of(shapes):
    return assign_roles({name: TensorMeta("F32", shape) for name, shape in shapes.items()})


def layer(at, words):
    gate, up, down, query, key, value, output, first, second = words
    return {
        f"{at}{gate}": (N, D), f"{at}{up}": (N, D), f"{at}{down}": (D, N),
        f"{at}{query}": (D, D), f"{at}{key}": (D, D), f"{at}{value}": (D, D), f"{at}{output}": (D, D),
        f"{at}{first}": (D,), f"{at}{second}": (D,),
    }  # fmt: skip


WORDS = {
    "own names": ("ff.gate", "ff.expand", "ff.back", "att.wq", "att.wk", "att.wv", "att.wo", "ln_1", "ln_2"),
    "words of T5": ("mlp.wi_0", "mlp.wi_1", "mlp.wo_", "a.q", "a.k", "a.v", "a.o", "pre_norm", "pre_ffn_norm"),
}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_an_unknown_decoder_is_read_off_shapes_and_words(words):
    shapes = {"words": (500, D), "norm_f": (D,)} | layer("unit.2.", [f"{word}.w" for word in words])

    roles = roles_of(shapes)

    assert roles.by_shape
    assert roles.family == "unknown"
    wanted = (R.GATE, R.UP, R.DOWN, R.QUERY, R.KEY, R.VALUE, R.OUTPUT)
    assert [roles.find(role, 2) for role in wanted] == [f"unit.2.{word}.w" for word in words[:7]]
    assert roles.find(R.NORM, 2, "mlp") == f"unit.2.{words[8]}.w"
    assert roles.find(R.EMBEDDING) == "words"


def test_a_gate_that_no_word_names_is_said_to_be_a_guess():
    shapes = {"b.0.ff.one.w": (N, D), "b.0.ff.two.w": (N, D), "b.0.ff.three.w": (D, N), "b.0.att.w": (D, D)}
    named = {name.replace("one", "gate"): shape for name, shape in shapes.items()}

    assert not roles_of(shapes).towers[""].gate_named
    assert roles_of(named).towers[""].gate_named


def test_latent_attention_under_foreign_names():
    shapes = {
        "w": (500, D),
        "b.1.att.q_a.w": (12, D),
        "b.1.att.q_b.w": (64, 12),
        "b.1.att.kv_a.w": (20, D),
        "b.1.att.kv_b.w": (64, 16),
        "b.1.att.wo.w": (D, 64),
        "b.1.ff.gate.w": (N, D),
        "b.1.ff.in.w": (N, D),
        "b.1.ff.back.w": (D, N),
    }
    roles = roles_of(shapes)

    assert roles.find(R.LATENT_IN, 1, "key_value") == "b.1.att.kv_a.w"
    assert roles.find(R.LATENT_OUT, 1, "query") == "b.1.att.q_b.w"
    assert roles.find(R.DOWN, 1) == "b.1.ff.back.w"


def test_encoder_and_decoder_that_count_their_layers_alike_are_two_towers():
    words = [f"{word}.w" for word in WORDS["own names"]]
    shapes = layer("listen.0.", words) | layer("speak.0.", words) | {"speak.1.extra.w": (D, D)}

    roles = roles_of(shapes)

    found = {slot.tower: name for name, slot in roles.slots.items() if slot.role is R.UP}
    assert found == {"listen": "listen.0.ff.expand.w", "": "speak.0.ff.expand.w"}
    assert all(tower.by_shape for tower in roles.towers.values())


def test_experts_and_their_router_under_foreign_names():
    shapes = {"words": (500, D)}
    for expert in range(4):
        at = f"b.0.experts.{expert}."
        shapes |= {at + "gate.w": (N, D), at + "in.w": (N, D), at + "back.w": (D, N)}
    roles = roles_of(shapes | {"b.0.choose.w": (4, D)})

    assert roles.find(R.DOWN, 0, expert="3") == "b.0.experts.3.back.w"
    assert roles.find(R.ROUTER, 0) == "b.0.choose.w"


@pytest.mark.parametrize("shapes", [{}, {"a": ()}, {"a": (3,), "b.0.c": (0, 4)}, {"x.1.y": (2, 2, 2, 2)}])
def test_anything_at_all_gets_some_slot(shapes):
    assert set(roles_of(shapes).slots) == set(shapes)
