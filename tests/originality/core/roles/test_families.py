"""Every declared family: each tensor lies in its slot, and nothing that should have one is left over."""

import pytest

from originality.core.readers import TensorMeta
from originality.core.roles import Role, Slot, assign_roles

D, N, V, HEADS, KV, SIZE = 32, 96, 200, 4, 2, 8
R = Role
WORDS = {"embed_tokens": (V, D), "norm": (D,)}


def metas(shapes, dtype="BF16"):
    return {name: TensorMeta(dtype, shape) for name, shape in shapes.items()}


def attention(at, names=("q_proj", "k_proj", "v_proj", "o_proj")):
    """Grouped-query attention: shapes and slots by name, for layer 3."""
    q, k, v, o = (f"{at}{name}.weight" for name in names)
    wide, narrow = HEADS * SIZE, KV * SIZE
    return {
        q: ((wide, D), Slot(R.QUERY, 3)),
        k: ((narrow, D), Slot(R.KEY, 3)),
        v: ((narrow, D), Slot(R.VALUE, 3)),
        o: ((D, wide), Slot(R.OUTPUT, 3)),
    }


def gated(at, names=("gate_proj", "up_proj", "down_proj"), expert="", units=N):
    gate, up, down = (f"{at}{name}.weight" for name in names)
    return {
        gate: ((units, D), Slot(R.GATE, 3, "", "", expert)),
        up: ((units, D), Slot(R.UP, 3, "", "", expert)),
        down: ((D, units), Slot(R.DOWN, 3, "", "", expert)),
    }


def norms(**parts):
    return {name.replace("__", "."): ((D,), Slot(R.NORM, 3, part)) for name, part in parts.items()}


def outside(embedding, norm, head=""):
    found = {embedding: ((V, D), Slot(R.EMBEDDING)), norm: ((D,), Slot(R.NORM, -1, "final"))}
    return found | ({head: ((V, D), Slot(R.HEAD))} if head else {})


L = "model.layers.3."
LLAMA_OUT = outside("model.embed_tokens.weight", "model.norm.weight", "lm_head.weight")
TWO_NORMS = norms(
    model__layers__3__input_layernorm__weight="attention", model__layers__3__post_attention_layernorm__weight="mlp"
)
LATENT = {
    L + "self_attn.q_a_proj.weight": ((12, D), Slot(R.LATENT_IN, 3, "query")),
    L + "self_attn.q_a_layernorm.weight": ((12,), Slot(R.HEAD_NORM, 3, "latent_query")),
    L + "self_attn.q_b_proj.weight": ((HEADS * 12, 12), Slot(R.LATENT_OUT, 3, "query")),
    L + "self_attn.kv_a_proj_with_mqa.weight": ((16 + 4, D), Slot(R.LATENT_IN, 3, "key_value")),
    L + "self_attn.kv_a_layernorm.weight": ((16,), Slot(R.HEAD_NORM, 3, "latent_key_value")),
    L + "self_attn.kv_b_proj.weight": ((HEADS * 16, 16), Slot(R.LATENT_OUT, 3, "key_value")),
    L + "self_attn.o_proj.weight": ((D, HEADS * 8), Slot(R.OUTPUT, 3)),
}
HEAD_NORMS = {
    L + "self_attn.q_norm.weight": ((SIZE,), Slot(R.HEAD_NORM, 3, "query")),
    L + "self_attn.k_norm.weight": ((SIZE,), Slot(R.HEAD_NORM, 3, "key")),
}
DENSE = LLAMA_OUT | attention(L + "self_attn.") | gated(L + "mlp.") | TWO_NORMS
ROUTED = {L + "mlp.gate.weight": ((2, D), Slot(R.ROUTER, 3))}
EXPERTS = gated(L + "mlp.experts.0.", expert="0", units=24) | gated(L + "mlp.experts.17.", expert="17", units=24)
H = "transformer.h.3."
EXAONE_OUT = outside("transformer.wte.weight", "transformer.ln_f.weight", "lm_head.weight")
EXAONE_NORMS = norms(transformer__h__3__ln_1__weight="attention", transformer__h__3__ln_2__weight="mlp")
B = "bert.encoder.layer.3."
BERT = {
    "bert.embeddings.word_embeddings.weight": ((V, D), Slot(R.EMBEDDING)),
    "bert.embeddings.position_embeddings.weight": ((64, D), Slot(R.POSITION)),
    "bert.embeddings.token_type_embeddings.weight": ((2, D), Slot(R.POSITION, -1, "token_type")),
    "bert.embeddings.LayerNorm.weight": ((D,), Slot(R.NORM, -1, "embedding")),
    B + "attention.self.query.weight": ((D, D), Slot(R.QUERY, 3)),
    B + "attention.self.key.weight": ((D, D), Slot(R.KEY, 3)),
    B + "attention.self.value.weight": ((D, D), Slot(R.VALUE, 3)),
    B + "attention.output.dense.weight": ((D, D), Slot(R.OUTPUT, 3)),
    B + "attention.output.LayerNorm.weight": ((D,), Slot(R.NORM, 3, "attention")),
    B + "intermediate.dense.weight": ((N, D), Slot(R.UP, 3)),
    B + "output.dense.weight": ((D, N), Slot(R.DOWN, 3)),
    B + "output.LayerNorm.weight": ((D,), Slot(R.NORM, 3, "mlp")),
    B + "output.dense.bias": ((D,), Slot(R.BIAS, 3, "output.dense.bias")),
}
M = "layers.3."
META_OUT = outside("tok_embeddings.weight", "norm.weight", "output.weight")
META_NORMS = norms(layers__3__attention_norm__weight="attention", layers__3__ffn_norm__weight="mlp")
META_NAMES = ("wq", "wk", "wv", "wo")
OPT = {
    "model.decoder.embed_tokens.weight": ((V, D), Slot(R.EMBEDDING)),
    "model.decoder.embed_positions.weight": ((64, D), Slot(R.POSITION)),
    "model.decoder.layers.3.fc1.weight": ((N, D), Slot(R.UP, 3)),
    "model.decoder.layers.3.fc2.weight": ((D, N), Slot(R.DOWN, 3)),
    "model.decoder.layers.3.final_layer_norm.weight": ((D,), Slot(R.NORM, 3, "mlp")),
} | attention("model.decoder.layers.3.self_attn.", ("q_proj", "k_proj", "v_proj", "out_proj"))

FAMILIES = {
    "llama": (DENSE, "llama"),
    "qwen2, tied, with biases": (
        {name: found for name, found in DENSE.items() if name != "lm_head.weight"}
        | {L + "self_attn.q_proj.bias": ((HEADS * SIZE,), Slot(R.BIAS, 3, "self_attn.q_proj.bias"))},
        "llama",
    ),
    "qwen3": (DENSE | HEAD_NORMS, "llama"),
    "gemma 2": (
        LLAMA_OUT | attention(L + "self_attn.") | gated(L + "mlp.")
        | norms(
            model__layers__3__input_layernorm__weight="attention",
            model__layers__3__post_attention_layernorm__weight="after_attention",
            model__layers__3__pre_feedforward_layernorm__weight="mlp",
            model__layers__3__post_feedforward_layernorm__weight="after_mlp",
        ),
        "gemma",
    ),
    "exaone 4 and olmo 2, norms behind the blocks": (
        LLAMA_OUT | attention(L + "self_attn.") | gated(L + "mlp.") | HEAD_NORMS
        | norms(
            model__layers__3__post_attention_layernorm__weight="after_attention",
            model__layers__3__post_feedforward_layernorm__weight="after_mlp",
        ),
        "post-norm",
    ),
    "exaone 3": (
        EXAONE_OUT | EXAONE_NORMS | gated(H + "mlp.", ("c_fc_0", "c_fc_1", "c_proj"))
        | attention(H + "attn.attention.", ("q_proj", "k_proj", "v_proj", "out_proj")),
        "exaone",
    ),
    "meta llama": (
        META_OUT | META_NORMS | attention(M + "attention.", META_NAMES) | gated(M + "feed_forward.", ("w1", "w3", "w2")),
        "meta-llama",
    ),
    "deepseek": (
        LLAMA_OUT | LATENT | TWO_NORMS | EXPERTS | ROUTED | gated(L + "mlp.shared_experts.", expert="shared")
        | {L + "mlp.gate.e_score_correction_bias": ((2,), Slot(R.BIAS, 3, "router"))},
        "latent moe",
    ),
    "deepseek's own names": (
        outside("embed.weight", "norm.weight", "head.weight")
        | gated(M + "ffn.experts.1.", ("w1", "w3", "w2"), expert="1")
        | gated(M + "ffn.shared_experts.", ("w1", "w3", "w2"), expert="shared")
        | {
            M + "ffn.gate.weight": ((2, D), Slot(R.ROUTER, 3)),
            M + "attn.wq_a.weight": ((12, D), Slot(R.LATENT_IN, 3, "query")),
            M + "attn.wq_b.weight": ((48, 12), Slot(R.LATENT_OUT, 3, "query")),
            M + "attn.wkv_a.weight": ((20, D), Slot(R.LATENT_IN, 3, "key_value")),
            M + "attn.wkv_b.weight": ((64, 16), Slot(R.LATENT_OUT, 3, "key_value")),
            M + "attn.kv_norm.weight": ((16,), Slot(R.HEAD_NORM, 3, "latent_key_value")),
            M + "attn.wo.weight": ((D, 32), Slot(R.OUTPUT, 3)),
            M + "attn_norm.weight": ((D,), Slot(R.NORM, 3, "attention")),
            M + "ffn_norm.weight": ((D,), Slot(R.NORM, 3, "mlp")),
        },
        "meta-llama moe",
    ),
    "glm and solar moe": (
        LLAMA_OUT | attention(L + "self_attn.") | TWO_NORMS | EXPERTS | ROUTED
        | gated(L + "mlp.shared_experts.", expert="shared"),
        "llama moe",
    ),
    "qwen moe": (
        LLAMA_OUT | attention(L + "self_attn.") | TWO_NORMS | EXPERTS | ROUTED | HEAD_NORMS
        | gated(L + "mlp.shared_expert.", expert="shared")
        | {L + "mlp.shared_expert_gate.weight": ((1, D), Slot(R.ROUTER, 3, "shared"))},
        "llama moe",
    ),
    "two shared experts apart": (
        LLAMA_OUT | attention(L + "self_attn.") | EXPERTS | ROUTED
        | gated(L + "mlp.shared_experts.1.", expert="shared.1"),
        "llama moe",
    ),
    "mixtral": (
        LLAMA_OUT | attention(L + "self_attn.") | TWO_NORMS
        | gated(L + "block_sparse_moe.experts.5.", ("w1", "w3", "w2"), expert="5")
        | {L + "block_sparse_moe.gate.weight": ((8, D), Slot(R.ROUTER, 3))},
        "mixtral moe",
    ),
    "bert": (BERT, "bert"),
    "sentence encoder without prefix": ({n.removeprefix("bert."): found for n, found in BERT.items()}, "bert"),
    "opt": (OPT, "plain"),
}  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_every_tensor_of_a_declared_family_has_its_slot(family):
    tensors, title = FAMILIES[family]

    roles = assign_roles(metas({name: shape for name, (shape, _) in tensors.items()}))

    assert roles.slots == {name: slot for name, (_, slot) in tensors.items()}
    assert (roles.family, roles.by_shape) == (title, False)


@pytest.mark.parametrize(
    ("model_type", "offset"), [("gemma", 1.0), ("llama", 0.0)]
)  # the same names; only the config tells that gain − 1 is stored
def test_the_first_gemma_is_told_by_its_config(model_type, offset):
    roles = assign_roles(metas({name: shape for name, (shape, _) in DENSE.items()}), {"model_type": model_type})

    assert roles.towers[""].gain_offset == offset


def test_multimodal_models_are_cut_into_towers():
    shapes = {
        "model.language_model.embed_tokens.weight": (V, D),
        "model.language_model.layers.3.mlp.gate_proj.weight": (N, D),
        "model.visual.patch_embed.proj.weight": (24, 3, 2, 14, 14),
        "model.visual.blocks.7.attn.qkv.weight": (72, 24),
        "model.visual.blocks.7.attn.proj.weight": (24, 24),
        "model.visual.blocks.7.mlp.gate_proj.weight": (60, 24),
        "model.visual.blocks.7.norm2.weight": (24,),
        "model.visual.merger.mlp.0.weight": (96, 96),
        "lm_head.weight": (V, D),
    }
    roles = assign_roles(metas(shapes))

    assert {name: tower.family for name, tower in roles.towers.items()} == {
        "": "llama",
        "vision": "qwen-vision",
        "projector": "projector",
    }
    assert roles.family == "llama + qwen-vision"
    assert roles.find(R.GATE, 3) == "model.language_model.layers.3.mlp.gate_proj.weight"
    assert roles.find(R.GATE, 7, tower="vision") == "model.visual.blocks.7.mlp.gate_proj.weight"
    assert roles.find(R.VALUE, 7, tower="vision") == "model.visual.blocks.7.attn.qkv.weight[v]"
    assert roles.slots["model.visual.merger.mlp.0.weight"].tower == "projector"


VIT = {
    "patch_embedding.weight": R.PATCH,
    "position_embedding.weight": R.POSITION,
    "encoder.layers.0.layer_norm1.weight": R.NORM,
    "encoder.layers.0.self_attn.q_proj.weight": R.QUERY,
    "encoder.layers.0.self_attn.out_proj.weight": R.OUTPUT,
    "encoder.layers.0.mlp.fc1.weight": R.UP,
    "encoder.layers.0.mlp.fc2.weight": R.DOWN,
    "post_layernorm.weight": R.NORM,
}


def vit_shape(role):
    shapes = {R.PATCH: (24, 3, 14, 14), R.POSITION: (196, 24), R.NORM: (24,), R.UP: (96, 24), R.DOWN: (24, 96)}
    return shapes.get(role, (24, 24))


@pytest.mark.parametrize("prefix", ["vision_tower.vision_model.", "model.vision_tower.", "vision_model.", ""])
def test_a_vision_tower_is_one_under_any_prefix_and_alone(prefix):
    tensors = {prefix + ("embeddings." if "embedding" in name else "") + name: role for name, role in VIT.items()}
    beside = {"language_model.model.embed_tokens.weight": (V, D), "language_model.model.norm.weight": (D,)}
    shapes = {name: vit_shape(role) for name, role in tensors.items()} | (beside if prefix else {})
    if prefix:
        beside["language_model.model.layers.0.mlp.gate_proj.weight"] = shapes[
            "language_model.model.layers.0.mlp.gate_proj.weight"
        ] = (N, D)

    roles = assign_roles(metas(shapes))

    assert {name: roles.slots[name].role for name in tensors} == tensors
    assert {roles.slots[name].tower for name in tensors} == {"vision"}
    assert roles.towers["vision"].family == "vit"


def test_an_audio_encoder_is_its_own_tower():
    shapes = {
        "model.encoder.conv1.weight": (24, 80, 3),
        "model.encoder.layers.0.fc1.weight": (96, 24),
        "model.encoder.layers.0.self_attn.k_proj.weight": (24, 24),
        "model.decoder.embed_tokens.weight": (V, 24),
        "model.decoder.layers.0.fc1.weight": (96, 24),
        "model.decoder.layers.0.encoder_attn.k_proj.weight": (24, 24),
    }
    roles = assign_roles(metas(shapes))

    assert roles.find(R.UP, 0, tower="audio") == "model.encoder.layers.0.fc1.weight"
    assert roles.find(R.UP, 0) == "model.decoder.layers.0.fc1.weight"
    assert roles.find(R.KEY, 0) is None, "keys of cross-attention read another stream"


def test_buffers_are_told_and_trained_biases_are_not_taken_for_masks():
    shapes = {
        "h.0.attn.bias": (1, 1, 64, 64),
        "h.0.attn.c_attn.bias": (96,),
        "h.0.mlp.c_fc.weight": (32, 96),
        "h.0.attn.rotary_emb.inv_freq": (8,),
    }
    roles = assign_roles(metas(shapes))

    kinds = [roles.slots[name].role for name in shapes]
    assert kinds == [R.BUFFER, R.BIAS, R.UP, R.BUFFER]


def test_a_name_does_not_hide_a_large_matrix():
    shapes = {"model.rotary.layers.0.mlp.gate_proj.weight": (2048, 1024), "model.rotary_emb.cos_cached": (4096, 128)}
    roles = assign_roles(metas(shapes))

    assert [roles.slots[name].role is R.BUFFER for name in shapes] == [False, True]


def test_a_huge_sparse_model_is_named_quickly():
    shapes = {
        f"model.layers.{i}.mlp.experts.{j}.{name}.weight": (64, D)
        for i in range(60)
        for j in range(40)
        for name in ("gate_proj", "up_proj")
    }
    roles = assign_roles(metas(shapes))

    assert roles.find(R.UP, 59, expert="39") == "model.layers.59.mlp.experts.39.up_proj.weight"
    assert len(roles.slots) == 60 * 40 * 2
