"""Head counts and rotary shares of every tower, out of a config.json that nests them in many ways."""

from collections.abc import Mapping
from typing import Any

SECTIONS = {
    "": ("text_config", "llm_config", "language_config", "decoder"),
    "vision": ("vision_config", "vit_config", "vision_tower_config", "visual"),
    "audio": ("audio_config", "speech_config", "encoder_config"),
}
OUTER = ("thinker_config", "model_config")
COUNTS = {
    "num_attention_heads": ("num_attention_heads", "num_heads", "n_head", "encoder_attention_heads", "n_heads"),
    "num_key_value_heads": ("num_key_value_heads", "num_kv_heads", "multi_query_group_num", "n_head_kv"),
    "head_dim": ("head_dim", "attention_head_dim"),
    "hidden_size": ("hidden_size", "n_embd", "d_model", "embed_dim"),
}
SHARES = ("partial_rotary_factor", "rotary_pct", "rope_pct")
ROTARY = ("rope_parameters", "rope_scaling")
LARGEST = 1 << 31


def tower_sizes(document: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the known sizes by tower; only positive numbers are taken, the file comes from anybody."""
    inner = next((document[key] for key in OUTER if isinstance(document.get(key), Mapping)), document)
    found = {tower: _section(inner, keys) for tower, keys in SECTIONS.items()}
    found[""] = found[""] or dict(document)
    known = {tower: _sizes(section) for tower, section in found.items()}
    return {tower: sizes for tower, sizes in known.items() if sizes}


def checked_sizes(towers: object) -> bool:
    """Whether the sizes of a sketch that anybody may have made are of the form that `tower_sizes` gives."""
    if not isinstance(towers, dict) or not set(towers) <= set(SECTIONS):
        return False
    names = {*COUNTS, SHARES[0]}
    sections = list(towers.values())
    return all(isinstance(sizes, dict) and set(sizes) <= names for sizes in sections) and all(
        _positive(value) for sizes in sections for value in sizes.values()
    )


def _section(document: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return next((dict(document[key]) for key in keys if isinstance(document.get(key), Mapping)), {})


def _sizes(section: Mapping[str, Any]) -> dict[str, float]:
    sizes: dict[str, float] = {}
    for name, keys in COUNTS.items():
        value = next((section[key] for key in keys if key in section), None)
        if isinstance(value, int) and _positive(value):
            sizes[name] = value
    places = [section, *(section[key] for key in ROTARY if isinstance(section.get(key), Mapping))]
    shares = [place[key] for place in places for key in SHARES if key in place]
    if "head_dim" in sizes and _positive(section.get("rotary_dim")):
        shares.append(section["rotary_dim"] / sizes["head_dim"])
    if shares and _positive(shares[0]) and shares[0] <= 1:
        sizes[SHARES[0]] = shares[0]
    return sizes


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < LARGEST
