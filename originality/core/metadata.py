"""Step 0, before any weight: dimensions, class names and tokenizer, described and never ruled upon."""

from typing import Any

import numpy as np

from originality.core.sketch import Sketch

DIMENSIONS = (
    "model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
    "num_key_value_heads", "head_dim", "vocab_size",
)  # fmt: skip


def compare_metadata(candidate: Sketch, reference: Sketch) -> dict[str, Any]:
    return {
        "dimensions": [_dimension(key, candidate.config, reference.config) for key in DIMENSIONS],
        "auto_map": candidate.config.get("auto_map", []),
        "family": {"candidate": candidate.family, "reference": reference.family},
        "tokenizer": compare_tokenizers(candidate, reference),
    }


def _dimension(key: str, ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    return {"name": key, "candidate": ours.get(key), "reference": theirs.get(key)}


def compare_tokenizers(candidate: Sketch, reference: Sketch) -> dict[str, Any]:
    """Same-id rate over shared strings, its chance level, the common prefix of the merges, and Jaccard of strings."""
    ours, theirs = candidate.tokens, reference.tokens
    if not ours.tokens.size or not theirs.tokens.size:
        missing = "candidate" if not ours.tokens.size else "reference"
        return {"compared": False, "reason": f"the {missing} has no tokenizer.json"}
    strings, left, right = np.intersect1d(ours.tokens, theirs.tokens, return_indices=True)
    known = strings > 0
    shared = int(known.sum())
    union = np.count_nonzero(ours.tokens) + np.count_nonzero(theirs.tokens) - shared
    return {
        "compared": True,
        "shared_strings": shared,
        "same_id_rate": float(np.mean(left[known] == right[known])) if shared else 0.0,
        "same_id_rate_by_chance": 1 / max(ours.tokens.size, theirs.tokens.size),
        "jaccard": shared / union if union else 0.0,
        "common_merge_prefix": _prefix(ours.merges, theirs.merges),
        "merges_examined": int(min(ours.merges.size, theirs.merges.size)),
    }


def _prefix(ours: np.ndarray, theirs: np.ndarray) -> int:
    length = min(ours.size, theirs.size)
    differing = np.flatnonzero(ours[:length] != theirs[:length])
    return int(differing[0]) if differing.size else int(length)
