"""How a declared family is written down, and the decoders with a gated MLP.

`#` stands for the layer, `@` for the expert; a pattern sees the name without the prefix of its tower. LINE is the start
of a layer's names in nearly every published decoder.
"""

from typing import NamedTuple

from originality.core.roles.kinds import Role, Rope


class Entry(NamedTuple):
    """What a pattern's tensor is. `cut` names how parts lie in a fused tensor (see cuts.py)."""

    role: Role
    part: str = ""
    expert: str = ""
    cut: str = ""


Table = dict[str, Entry]


class Family(NamedTuple):
    """The first family whose `mark` occurs in a tower is taken; `model_types` narrows it to a config's words."""

    name: str
    mark: str
    table: Table
    gain_offset: float = 0.0
    post_norm: bool = False
    rope: Rope = Rope.HALVES
    model_types: tuple[str, ...] = ()


LINE = r"(?:model\.)?layers\.#\."
MLP = r"(?:mlp|feed_forward|block_sparse_moe|moe|ffn)"
HEADS = r"(?:self_attn|attention|attn)"

OUTSIDE: Table = {
    r"(?:model\.)?(?:embed_tokens|tok_embeddings|embed)\.weight": Entry(Role.EMBEDDING),
    r"(?:lm_head|output|head)\.weight": Entry(Role.HEAD),
    r"(?:model\.)?(?:norm|final_layernorm)\.weight": Entry(Role.NORM, "final"),
}
ATTENTION: Table = {
    rf"{LINE}{HEADS}\.(?:q_proj|wq)\.weight": Entry(Role.QUERY),
    rf"{LINE}{HEADS}\.(?:k_proj|wk)\.weight": Entry(Role.KEY),
    rf"{LINE}{HEADS}\.(?:v_proj|wv)\.weight": Entry(Role.VALUE),
    rf"{LINE}{HEADS}\.(?:o_proj|out_proj|dense|wo)\.weight": Entry(Role.OUTPUT),
    rf"{LINE}{HEADS}\.qkv_proj\.weight": Entry(Role.FUSED, "qkv", cut="qkv"),
    rf"{LINE}{HEADS}\.wqkv\.weight": Entry(Role.FUSED, "qkv", cut="qkv_groups"),
    rf"{LINE}{HEADS}\.(?:q_norm|q_layernorm|query_layernorm)\.weight": Entry(Role.HEAD_NORM, "query"),
    rf"{LINE}{HEADS}\.(?:k_norm|k_layernorm|key_layernorm)\.weight": Entry(Role.HEAD_NORM, "key"),
}
LATENT: Table = {
    rf"{LINE}{HEADS}\.(?:q_a_proj|wq_a)\.weight": Entry(Role.LATENT_IN, "query"),
    rf"{LINE}{HEADS}\.(?:q_b_proj|wq_b)\.weight": Entry(Role.LATENT_OUT, "query"),
    rf"{LINE}{HEADS}\.q_a_layernorm\.weight": Entry(Role.HEAD_NORM, "latent_query"),
    rf"{LINE}{HEADS}\.(?:kv_a_proj_with_mqa|wkv_a)\.weight": Entry(Role.LATENT_IN, "key_value"),
    rf"{LINE}{HEADS}\.(?:kv_b_proj|wkv_b)\.weight": Entry(Role.LATENT_OUT, "key_value"),
    rf"{LINE}{HEADS}\.(?:kv_a_layernorm|kv_norm)\.weight": Entry(Role.HEAD_NORM, "latent_key_value"),
}
GATED: Table = {
    rf"{LINE}{MLP}\.(?:gate_proj|w1)\.weight": Entry(Role.GATE),
    rf"{LINE}{MLP}\.(?:up_proj|w3)\.weight": Entry(Role.UP),
    rf"{LINE}{MLP}\.(?:down_proj|w2)\.weight": Entry(Role.DOWN),
    rf"{LINE}{MLP}\.gate_up_proj\.weight": Entry(Role.FUSED, "gate_up", cut="gate_up"),
}
NORMS: Table = {
    rf"{LINE}(?:input_layernorm|attention_norm|attn_norm)\.weight": Entry(Role.NORM, "attention"),
    rf"{LINE}(?:post_attention_layernorm|ffn_norm|pre_ff_layernorm)\.weight": Entry(Role.NORM, "mlp"),
    rf"{LINE}post_self_attn_layernorm\.weight": Entry(Role.NORM, "after_attention"),
    rf"{LINE}(?:post_mlp_layernorm|post_feedforward_layernorm)\.weight": Entry(Role.NORM, "after_mlp"),
}
AFTER_ATTENTION: Table = {rf"{LINE}post_attention_layernorm\.weight": Entry(Role.NORM, "after_attention")}
GEMMA_NORMS: Table = AFTER_ATTENTION | {rf"{LINE}pre_feedforward_layernorm\.weight": Entry(Role.NORM, "mlp")}

ONE = r"(?:gate_proj|w1)"  # the names of an expert's three matrices
TWO = r"(?:up_proj|w3)"
OUT = r"(?:down_proj|w2)"
EXPERTS: Table = {
    rf"{LINE}{MLP}\.(?:gate|router)(?:\.(?:weight|layer\.weight|classifier\.weight|wg\.weight))": Entry(Role.ROUTER),
    rf"{LINE}{MLP}\.shared_expert_gate\.weight": Entry(Role.ROUTER, "shared"),
    rf"{LINE}{MLP}\.(?:gate|router)\.e_score_correction_bias": Entry(Role.BIAS, "router"),
    rf"{LINE}{MLP}\.experts\.@\.{ONE}\.weight": Entry(Role.GATE),
    rf"{LINE}{MLP}\.experts\.@\.{TWO}\.weight": Entry(Role.UP),
    rf"{LINE}{MLP}\.experts\.@\.{OUT}\.weight": Entry(Role.DOWN),
    rf"{LINE}{MLP}\.experts\.@\.gate_up_proj\.weight": Entry(Role.FUSED, "gate_up", cut="gate_up"),
    rf"{LINE}{MLP}\.(?:shared_experts?|shared_mlp)\.{ONE}\.weight": Entry(Role.GATE, expert="shared"),
    rf"{LINE}{MLP}\.(?:shared_experts?|shared_mlp)\.{TWO}\.weight": Entry(Role.UP, expert="shared"),
    rf"{LINE}{MLP}\.(?:shared_experts?|shared_mlp)\.{OUT}\.weight": Entry(Role.DOWN, expert="shared"),
    rf"{LINE}{MLP}\.shared_experts\.@\.{ONE}\.weight": Entry(Role.GATE, expert="shared.@"),
    rf"{LINE}{MLP}\.shared_experts\.@\.{TWO}\.weight": Entry(Role.UP, expert="shared.@"),
    rf"{LINE}{MLP}\.shared_experts\.@\.{OUT}\.weight": Entry(Role.DOWN, expert="shared.@"),
    rf"{LINE}{MLP}\.shared_experts?\.gate_up_proj\.weight": Entry(
        Role.FUSED, "gate_up", expert="shared", cut="gate_up"
    ),
    rf"{LINE}{MLP}\.experts\.gate_up_proj(?:\.weight)?": Entry(Role.FUSED, "gate_up stacked", cut="stacked_gate_up"),
    rf"{LINE}{MLP}\.experts\.gate_proj(?:\.weight)?": Entry(Role.FUSED, "gate stacked", cut="stacked_gate"),
    rf"{LINE}{MLP}\.experts\.up_proj(?:\.weight)?": Entry(Role.FUSED, "up stacked", cut="stacked_up"),
    rf"{LINE}{MLP}\.experts\.down_proj(?:\.weight)?": Entry(Role.FUSED, "down stacked", cut="stacked_down"),
    rf"{LINE}{MLP}\.input_linear\.weight": Entry(Role.FUSED, "gate_up stacked", cut="stacked_gate_up"),
    rf"{LINE}{MLP}\.output_linear\.weight": Entry(Role.FUSED, "down stacked", cut="stacked_down"),
    rf"{LINE}shared_mlp\.input_linear\.weight": Entry(Role.FUSED, "gate_up", expert="shared", cut="gate_up"),
    rf"{LINE}shared_mlp\.output_linear\.weight": Entry(Role.DOWN, expert="shared"),
}
MULTI_TOKEN: Table = {
    rf"{LINE}(?:enorm|hnorm)\.weight": Entry(Role.NORM, "next_token"),
    rf"{LINE}eh_proj\.weight": Entry(Role.OTHER, "next_token"),
}
LLAMA: Table = OUTSIDE | ATTENTION | LATENT | GATED | NORMS | EXPERTS | MULTI_TOKEN

META = rf"layers\.#\.{MLP}\.(?:w1|experts\.@\.w1)\.weight"
INTERLEAVED = (
    "glm",
    "glm4",
    "cohere",
    "cohere2",
    "llama4",
    "llama4_text",
    "ernie4_5",
    "ernie4_5_moe",
)  # 2i with 2i + 1

GATED_DECODERS: tuple[Family, ...] = (
    Family("gemma", rf"{LINE}pre_feedforward_layernorm\.weight", GEMMA_NORMS | LLAMA, gain_offset=1.0),
    Family("gemma", rf"{LINE}mlp\.gate_proj\.weight", LLAMA, gain_offset=1.0, model_types=("gemma",)),
    Family("post-norm", rf"{LINE}post_feedforward_layernorm\.weight", AFTER_ATTENTION | LLAMA, post_norm=True),
    Family("internlm", rf"{LINE}attention\.wqkv\.weight", LLAMA),
    Family("meta-llama", META, LLAMA, rope=Rope.PAIRS),
    Family("mixtral", rf"{LINE}block_sparse_moe\.experts\.@\.w1\.weight", LLAMA),
    Family("fused", rf"{LINE}self_attn\.qkv_proj\.weight", LLAMA),
    Family("interleaved", rf"{LINE}self_attn\.q_proj\.weight", LLAMA, rope=Rope.PAIRS, model_types=INTERLEAVED),
    Family("latent", rf"{LINE}{HEADS}\.kv_a_proj_with_mqa\.weight", LLAMA, rope=Rope.PAIRS),
    Family("llama", rf"{LINE}(?:{MLP}\.(?:gate_proj|gate_up_proj)|{MLP}\.experts\.(?:@\.)?\w+)(?:\.weight)?", LLAMA),
)
