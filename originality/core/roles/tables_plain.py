"""Decoders and encoders with names of their own: EXAONE-like, GPT-2-like, NeoX-like, OPT- and Whisper-like, BERT-like."""

from originality.core.roles.kinds import Role, Rope
from originality.core.roles.tables import Entry, Family, Table

HIDDEN = r"(?:transformer\.)?h\.#\."

EXAONE: Table = {
    r"(?:transformer\.)?wte\.weight": Entry(Role.EMBEDDING),
    r"lm_head\.weight": Entry(Role.HEAD),
    r"(?:transformer\.)?ln_f\.weight": Entry(Role.NORM, "final"),
    rf"{HIDDEN}mlp\.c_fc_0\.weight": Entry(Role.GATE),
    rf"{HIDDEN}mlp\.c_fc_1\.weight": Entry(Role.UP),
    rf"{HIDDEN}mlp\.c_proj\.weight": Entry(Role.DOWN),
    rf"{HIDDEN}attn\.(?:attention\.)?q_proj\.weight": Entry(Role.QUERY),
    rf"{HIDDEN}attn\.(?:attention\.)?k_proj\.weight": Entry(Role.KEY),
    rf"{HIDDEN}attn\.(?:attention\.)?v_proj\.weight": Entry(Role.VALUE),
    rf"{HIDDEN}attn\.(?:attention\.)?out_proj\.weight": Entry(Role.OUTPUT),
    rf"{HIDDEN}ln_1\.weight": Entry(Role.NORM, "attention"),
    rf"{HIDDEN}ln_2\.weight": Entry(Role.NORM, "mlp"),
}
GPT2: Table = {
    r"(?:transformer\.)?wte\.weight": Entry(Role.EMBEDDING),
    r"(?:transformer\.)?wpe\.weight": Entry(Role.POSITION),
    r"lm_head\.weight": Entry(Role.HEAD),
    r"(?:transformer\.)?ln_f\.weight": Entry(Role.NORM, "final"),
    rf"{HIDDEN}mlp\.c_fc\.weight": Entry(Role.UP, cut="conv"),
    rf"{HIDDEN}mlp\.c_proj\.weight": Entry(Role.DOWN, cut="conv"),
    rf"{HIDDEN}attn\.c_attn\.weight": Entry(Role.FUSED, "qkv", cut="conv_qkv"),
    rf"{HIDDEN}attn\.c_proj\.weight": Entry(Role.OUTPUT, cut="conv"),
    rf"{HIDDEN}ln_1\.weight": Entry(Role.NORM, "attention"),
    rf"{HIDDEN}ln_2\.weight": Entry(Role.NORM, "mlp"),
}
NEOX_LINE = r"(?:gpt_neox\.layers|transformer\.h|h|layers)\.#\."
NEOX: Table = {
    r"(?:gpt_neox\.embed_in|(?:transformer\.)?word_embeddings)\.weight": Entry(Role.EMBEDDING),
    r"(?:transformer\.)?word_embeddings_layernorm\.weight": Entry(Role.NORM, "embedding"),
    r"(?:embed_out|lm_head)\.weight": Entry(Role.HEAD),
    r"(?:gpt_neox\.final_layer_norm|(?:transformer\.)?ln_f)\.weight": Entry(Role.NORM, "final"),
    rf"{NEOX_LINE}(?:self_)?attention\.query_key_value\.weight": Entry(Role.FUSED, "qkv", cut="qkv_heads"),
    rf"{NEOX_LINE}(?:self_)?attention\.dense\.weight": Entry(Role.OUTPUT),
    rf"{NEOX_LINE}mlp\.dense_h_to_4h\.weight": Entry(Role.UP),
    rf"{NEOX_LINE}mlp\.dense_4h_to_h\.weight": Entry(Role.DOWN),
    rf"{NEOX_LINE}input_layernorm\.weight": Entry(Role.NORM, "attention"),
    rf"{NEOX_LINE}post_attention_layernorm\.weight": Entry(Role.NORM, "mlp"),
}
PLAIN_LINE = r"(?:model\.)?(?:decoder\.|encoder\.)?layers\.#\."
ATTEND = r"(?:self_attn|attn|attention)"
PLAIN: Table = {
    r"(?:model\.)?(?:decoder\.)?embed_tokens\.weight": Entry(Role.EMBEDDING),
    r"embeddings\.token_embedding\.weight": Entry(Role.EMBEDDING),
    r"embeddings\.position_embedding\.weight": Entry(Role.POSITION),
    r"(?:model\.)?(?:decoder\.|encoder\.)?embed_positions\.weight": Entry(Role.POSITION),
    r"(?:lm_head|proj_out)\.weight": Entry(Role.HEAD),
    r"(?:model\.)?(?:decoder\.|encoder\.)?(?:final_layer_?norm|layer_norm|ln_post|norm)\.weight": Entry(
        Role.NORM, "final"
    ),
    r"(?:encoder\.)?conv1\.weight": Entry(Role.PATCH),
    r"(?:encoder\.)?conv2\.weight": Entry(Role.PATCH, "second"),
    rf"{PLAIN_LINE}{ATTEND}\.q_proj\.weight": Entry(Role.QUERY),
    rf"{PLAIN_LINE}{ATTEND}\.k_proj\.weight": Entry(Role.KEY),
    rf"{PLAIN_LINE}{ATTEND}\.v_proj\.weight": Entry(Role.VALUE),
    rf"{PLAIN_LINE}{ATTEND}\.(?:out_proj|o_proj|dense)\.weight": Entry(Role.OUTPUT),
    rf"{PLAIN_LINE}encoder_attn_layer_norm\.weight": Entry(Role.NORM, "cross_attention"),
    rf"{PLAIN_LINE}(?:mlp\.)?(?:fc1|c_fc)\.weight": Entry(Role.UP),
    rf"{PLAIN_LINE}(?:mlp\.)?(?:fc2|c_proj)\.weight": Entry(Role.DOWN),
    rf"{PLAIN_LINE}mlp\.up_proj\.weight": Entry(Role.UP),
    rf"{PLAIN_LINE}mlp\.down_proj\.weight": Entry(Role.DOWN),
    rf"{PLAIN_LINE}(?:self_attn_layer_norm|input_layernorm|layer_norm1)\.weight": Entry(Role.NORM, "attention"),
    rf"{PLAIN_LINE}(?:final_layer_norm|post_attention_layernorm|layer_norm2)\.weight": Entry(Role.NORM, "mlp"),
}
BERT_LINE = r"(?:(?:bert|roberta|electra|distilbert)\.)?encoder\.layer\.#\."
BERT_OUTSIDE = r"(?:(?:bert|roberta|electra|distilbert)\.)?embeddings\."
BERT: Table = {
    rf"{BERT_OUTSIDE}word_embeddings\.weight": Entry(Role.EMBEDDING),
    rf"{BERT_OUTSIDE}position_embeddings\.weight": Entry(Role.POSITION),
    rf"{BERT_OUTSIDE}token_type_embeddings\.weight": Entry(Role.POSITION, "token_type"),
    rf"{BERT_OUTSIDE}LayerNorm\.weight": Entry(Role.NORM, "embedding"),
    r"(?:cls\.predictions|lm_head)\.decoder\.weight": Entry(Role.HEAD),
    rf"{BERT_LINE}attention\.self\.query\.weight": Entry(Role.QUERY),
    rf"{BERT_LINE}attention\.self\.key\.weight": Entry(Role.KEY),
    rf"{BERT_LINE}attention\.self\.value\.weight": Entry(Role.VALUE),
    rf"{BERT_LINE}attention\.output\.dense\.weight": Entry(Role.OUTPUT),
    rf"{BERT_LINE}attention\.output\.LayerNorm\.weight": Entry(Role.NORM, "attention"),
    rf"{BERT_LINE}intermediate\.dense\.weight": Entry(Role.UP),
    rf"{BERT_LINE}output\.dense\.weight": Entry(Role.DOWN),
    rf"{BERT_LINE}output\.LayerNorm\.weight": Entry(Role.NORM, "mlp"),
}

DISTIL_LINE = r"(?:distilbert\.)?transformer\.layer\.#\."
DISTIL: Table = {
    r"vocab_projector\.weight": Entry(Role.HEAD),
    rf"{DISTIL_LINE}attention\.q_lin\.weight": Entry(Role.QUERY),
    rf"{DISTIL_LINE}attention\.k_lin\.weight": Entry(Role.KEY),
    rf"{DISTIL_LINE}attention\.v_lin\.weight": Entry(Role.VALUE),
    rf"{DISTIL_LINE}attention\.out_lin\.weight": Entry(Role.OUTPUT),
    rf"{DISTIL_LINE}sa_layer_norm\.weight": Entry(Role.NORM, "attention"),
    rf"{DISTIL_LINE}ffn\.lin1\.weight": Entry(Role.UP),
    rf"{DISTIL_LINE}ffn\.lin2\.weight": Entry(Role.DOWN),
    rf"{DISTIL_LINE}output_layer_norm\.weight": Entry(Role.NORM, "mlp"),
}
MODERN_LINE = r"(?:model\.)?layers\.#\."
MODERN: Table = {
    r"(?:model\.)?embeddings\.tok_embeddings\.weight": Entry(Role.EMBEDDING),
    r"(?:model\.)?embeddings\.norm\.weight": Entry(Role.NORM, "embedding"),
    r"(?:model\.)?final_norm\.weight": Entry(Role.NORM, "final"),
    r"decoder\.weight": Entry(Role.HEAD),
    rf"{MODERN_LINE}attn\.Wqkv\.weight": Entry(Role.FUSED, "qkv", cut="qkv"),
    rf"{MODERN_LINE}attn\.Wo\.weight": Entry(Role.OUTPUT),
    rf"{MODERN_LINE}attn_norm\.weight": Entry(Role.NORM, "attention"),
    rf"{MODERN_LINE}mlp\.Wi\.weight": Entry(Role.FUSED, "gate_up", cut="gate_up"),
    rf"{MODERN_LINE}mlp\.Wo\.weight": Entry(Role.DOWN),
    rf"{MODERN_LINE}mlp_norm\.weight": Entry(Role.NORM, "mlp"),
}

PLAIN_FAMILIES: tuple[Family, ...] = (
    Family("exaone", rf"{HIDDEN}mlp\.c_fc_0\.weight", EXAONE),
    Family("gpt2", rf"{HIDDEN}mlp\.c_fc\.weight", GPT2, rope=Rope.NONE),
    Family("neox", rf"{NEOX_LINE}(?:self_)?attention\.query_key_value\.weight", NEOX),
    Family("bert", rf"{BERT_LINE}intermediate\.dense\.weight", BERT, post_norm=True, rope=Rope.NONE),
    Family("distilbert", rf"{DISTIL_LINE}ffn\.lin1\.weight", BERT | DISTIL, post_norm=True, rope=Rope.NONE),
    Family("modernbert", rf"{MODERN_LINE}attn\.Wqkv\.weight", MODERN),
    Family("phi", rf"(?:model\.)?layers\.#\.{ATTEND}\.dense\.weight", PLAIN),
    Family("plain", rf"{PLAIN_LINE}(?:mlp\.)?(?:fc1|c_fc|up_proj)\.weight", PLAIN, rope=Rope.UNKNOWN),
)
