"""Vision towers (ViT, CLIP, SigLIP, DINO, InternVL, Pixtral, Qwen-VL) and where the names of a tower begin."""

from originality.core.roles.kinds import Role, Rope
from originality.core.roles.tables import Entry, Family, Table

AT = r"(?:encoder\.|transformer\.|trunk\.)*(?:layers?|blocks|resblocks)\.#\."
ATTEND = r"(?:self_attn|attn|attention\.attention|attention)"
FEED = r"(?:mlp\.|feed_forward\.|ffn\.)?"

VISION: Table = {
    r"(?:embeddings\.)?(?:patch_embed\.proj|patch_embedding|patch_embeddings\.projection|conv1|patch_conv)\.weight": Entry(
        Role.PATCH
    ),
    r"(?:trunk\.)?patch_embed\.proj\.weight": Entry(Role.PATCH),
    r"(?:embeddings\.)?(?:position_embeddings?|positional_embedding|pos_embed|class_positional)(?:\.weight)?": Entry(
        Role.POSITION
    ),
    r"(?:pos_embed|patch_embed\.pos_emb)\.weight": Entry(Role.POSITION),
    r"(?:encoder\.)?(?:post_layernorm|ln_post|layernorm|norm|final_layernorm)\.weight": Entry(Role.NORM, "final"),
    r"(?:pre_layrnorm|pre_layernorm|ln_pre)\.weight": Entry(Role.NORM, "embedding"),
    rf"{AT}{ATTEND}\.(?:qkv\.weight|qkv_proj\.weight|in_proj_weight)": Entry(Role.FUSED, "qkv", cut="qkv"),
    rf"{AT}{ATTEND}\.(?:q_proj|query|q)\.weight": Entry(Role.QUERY),
    rf"{AT}{ATTEND}\.(?:k_proj|key|k)\.weight": Entry(Role.KEY),
    rf"{AT}{ATTEND}\.(?:v_proj|value|v)\.weight": Entry(Role.VALUE),
    rf"{AT}{ATTEND}\.(?:out_proj|o_proj|proj|projection_layer|output\.dense)\.weight": Entry(Role.OUTPUT),
    rf"{AT}{ATTEND}\.q_norm\.weight": Entry(Role.HEAD_NORM, "query"),
    rf"{AT}{ATTEND}\.k_norm\.weight": Entry(Role.HEAD_NORM, "key"),
    rf"{AT}{FEED}(?:fc1|c_fc|linear_fc1|intermediate\.dense)\.weight": Entry(Role.UP),
    rf"{AT}{FEED}(?:fc2|c_proj|linear_fc2|output\.dense)\.weight": Entry(Role.DOWN),
    rf"{AT}{FEED}(?:gate_proj|w1)\.weight": Entry(Role.GATE),
    rf"{AT}{FEED}(?:up_proj|w2)\.weight": Entry(Role.UP),
    rf"{AT}{FEED}(?:down_proj|w3|weights_out)\.weight": Entry(Role.DOWN),
    rf"{AT}{FEED}(?:w12|weights_in|gate_up_proj)\.weight": Entry(Role.FUSED, "gate_up", cut="gate_up"),
    rf"{AT}(?:layer_norm1|norm1|ln_1|layernorm_before|attention_norm|input_layernorm)\.weight": Entry(
        Role.NORM, "attention"
    ),
    rf"{AT}(?:layer_norm2|norm2|ln_2|layernorm_after|ffn_norm|post_attention_layernorm)\.weight": Entry(
        Role.NORM, "mlp"
    ),
}

VISION_FAMILIES: tuple[Family, ...] = (
    Family(
        "qwen-vision",
        r"blocks\.#\.mlp\.(?:gate_proj|linear_fc1)\.weight",
        VISION,
        rope=Rope.HALVES,
    ),
    Family("pixtral", rf"{AT}feed_forward\.gate_proj\.weight", VISION, rope=Rope.UNKNOWN),
    Family("vit", rf"{AT}(?:{ATTEND}\.(?:qkv|q_proj|query|in_proj).*)", VISION, rope=Rope.UNKNOWN),
)
# a model of its own whose names have no prefix: what tells it from a text encoder or decoder
VISION_ALONE = (
    r"(?:embeddings\.)?(?:patch_embeddings\.projection|patch_embedding|patch_embed\.proj|conv1|patch_conv)\.weight"
)
AUDIO_ALONE = r"(?:model\.)?encoder\.conv1\.weight"

OUTER = r"(?:model\.|module\.|base_model\.|thinker\.|_orig_mod\.)*"
_VISION = (
    r"(?:vision_tower|vision_model|visual|vision_encoder|vision_backbone|image_encoder|vision|vit|dinov2|siglip|clip)"
)
_AUDIO = r"(?:audio_tower|audio_encoder|audio_model|speech_encoder|audio)"
_PROJECT = (
    r"(?:multi_modal_projector|mm_projector|vision_projector|visual_projector|connector|projector|aligner|resampler"
    r"|merger|deepstack_merger_list|patch_merger|embed_vision|embed_audio|audio_projector|mlp1|projection|adapter|abstractor)"
)
_TEXT = r"(?:language_model|text_model|text_tower|language|llm)"
# the first that a name begins with; what follows it is what the tables see
PREFIXES: tuple[tuple[str, str], ...] = (
    ("projector", rf"{OUTER}(?:{_VISION}\.|{_AUDIO}\.)*{_PROJECT}\."),
    ("vision", rf"{OUTER}(?:{_VISION}\.)+(?:model\.)?"),
    ("audio", rf"{OUTER}(?:{_AUDIO}\.)+(?:model\.)?"),
    ("", rf"{OUTER}(?:{_TEXT}\.)+"),
    ("", r"(?:module\.|base_model\.model\.|thinker\.|_orig_mod\.)+"),
)
