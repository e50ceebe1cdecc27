"""Step 0, before any weight: dimensions, class names, tokenizer, licence files. Described, and never ruled upon.

Strangers share much of this: a published recipe fixes dimensions, a common corpus fixes strings. So each entry says how many
references share it, or what unrelated pairs give, where that is known.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from originality.core.baselines import Baselines, among
from originality.core.sketch import Sketch

DIMENSIONS = (
    "model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
    "num_key_value_heads", "head_dim", "vocab_size", "max_position_embeddings",
)  # fmt: skip
Config = dict[str, Any]


def compare_metadata(
    candidate: Sketch, reference: Sketch, *, baselines: Baselines, peers: Sequence[Config] = ()
) -> dict[str, Any]:
    """`peers` are the config fields of every reference of the registry: a dimension that most share says little."""
    ours, theirs = candidate.config, reference.config
    return {
        "dimensions": [_dimension(key, ours, theirs, peers) for key in DIMENSIONS],
        "class_names": _texts(ours, theirs, "architectures"),
        "auto_map": _texts(ours, theirs, "auto_map"),
        "family": {"candidate": candidate.family, "reference": reference.family},
        "tokenizer": compare_tokenizers(candidate, reference, baselines=baselines),
        "legal": compare_legal(ours, theirs),
        "unread": {"candidate": ours.get("unread", []), "reference": theirs.get("unread", [])},
    }


def _dimension(key: str, ours: Config, theirs: Config, peers: Sequence[Config]) -> dict[str, Any]:
    """shared_by counts the references that have the candidate's value, of those that state one at all."""
    value = ours.get(key)
    stating = [peer[key] for peer in peers if peer.get(key) is not None]
    return {
        "name": key,
        "candidate": value,
        "reference": theirs.get(key),
        "equal": value is not None and value == theirs.get(key),
        "shared_by": sum(value == held for held in stating) if value is not None and stating else None,
        "of": len(stating),
    }


def _texts(ours: Config, theirs: Config, key: str) -> dict[str, list[str]]:
    left, right = list(ours.get(key, [])), list(theirs.get(key, []))
    return {"candidate": left, "reference": right, "shared": [text for text in left if text in right]}


def compare_legal(ours: Config, theirs: Config) -> dict[str, Any]:
    """Equal licence texts are expected between strangers; a holder that both name, or an equal NOTICE, asks for a word."""
    left, right = list(ours.get("legal", [])), list(theirs.get("legal", []))
    digests = {item["sha256"] for item in right}
    held = [holder for item in right for holder in item["holders"]]
    named = dict.fromkeys(holder for item in left for holder in item["holders"] if holder in held)
    return {
        "candidate": [_legal(item) for item in left],
        "reference": [_legal(item) for item in right],
        "equal_files": [item["name"] for item in left if item["sha256"] in digests],
        "holders_of_the_reference_named": list(named),
    }


def _legal(item: dict[str, Any]) -> dict[str, str]:
    return {"name": item["name"], "title": item["title"], "sha256": item["sha256"]}


def compare_tokenizers(candidate: Sketch, reference: Sketch, *, baselines: Baselines) -> dict[str, Any]:
    """Same-id rate over shared strings, the longest run of equal ids, the common start of the merges, Jaccard of strings."""
    ours, theirs = candidate.tokens, reference.tokens
    if not ours.tokens.size or not theirs.tokens.size:
        missing = "candidate" if not ours.tokens.size else "reference"
        return {"compared": False, "reason": f"the {missing} has no tokenizer.json"}
    scores = token_scores(candidate, reference)
    return {
        "compared": True,
        "shared_strings": _shared(ours.tokens, theirs.tokens)[0].size,
        "same_id_rate": scores["token_same_id"],
        "same_id_rate_by_chance": 1 / max(ours.tokens.size, theirs.tokens.size),
        "same_id_rate_among": among(baselines.get("token_same_id"), scores["token_same_id"]),
        "longest_same_id_run": _longest_run(ours.tokens, theirs.tokens),
        "jaccard": scores["token_jaccard"],
        "jaccard_among": among(baselines.get("token_jaccard"), scores["token_jaccard"]),
        "common_merge_prefix": _prefix(ours.merges, theirs.merges),
        "merges_examined": int(min(ours.merges.size, theirs.merges.size)),
    }


def token_scores(candidate: Sketch, reference: Sketch) -> dict[str, float]:
    """Return the shares that unrelated pairs of the registry are asked about; {} without two tokenizers."""
    ours, theirs = candidate.tokens.tokens, reference.tokens.tokens
    if not ours.size or not theirs.size:
        return {}
    left, right = _shared(ours, theirs)
    union = np.count_nonzero(ours) + np.count_nonzero(theirs) - left.size
    return {
        "token_same_id": float(np.mean(left == right)) if left.size else 0.0,
        "token_jaccard": left.size / union if union else 0.0,
    }


def _shared(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids on both sides of the strings that both have; hash 0 marks an id without a string."""
    strings, left, right = np.intersect1d(ours, theirs, return_indices=True)
    return left[strings > 0], right[strings > 0]


def _longest_run(ours: np.ndarray, theirs: np.ndarray) -> int:
    """Ids in a row that mean the same string on both sides: a shared list shows here, shared strings do not."""
    length = min(ours.size, theirs.size)
    differing = np.flatnonzero((ours[:length] != theirs[:length]) | (ours[:length] == 0))
    bounds = np.concatenate([[-1], differing, [length]])
    return int(np.diff(bounds).max() - 1)


def _prefix(ours: np.ndarray, theirs: np.ndarray) -> int:
    length = min(ours.size, theirs.size)
    differing = np.flatnonzero(ours[:length] != theirs[:length])
    return int(differing[0]) if differing.size else int(length)
