"""What a benchmark keeps of questions nobody may see: its tasks are built in memory, and its answers are written without them."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEPT = ("task", "leaf", "doc_id", "filter", "doc_hash", "prompt_hash")


def scratch_of(opened: Path) -> Path:
    """A folder in memory for built tasks and caches: in the opened set's own, or in the sandbox's /tmp where that is read-only."""
    if os.access(opened, os.W_OK):
        folder = opened / "scratch"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder
    return Path(tempfile.mkdtemp(prefix="scratch-", dir="/tmp"))


def veiled(sample: Mapping[str, Any]) -> dict[str, Any]:
    """A sample without question, answer or anything that was written: its names, its figures and log-probabilities."""
    kept = {key: sample[key] for key in KEPT if key in sample}
    kept |= {key: value for key, value in sample.items() if _is_figure(value) and key not in kept}
    doc = sample.get("doc")
    name = doc.get("id") if isinstance(doc, Mapping) else None
    return kept | {
        "doc": {"id": name, "private": True},
        "target": "",
        "arguments": [],
        "resps": _numbers(sample.get("resps", [])),
        "filtered_resps": _numbers(sample.get("filtered_resps", [])),
    }


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float)


def _numbers(value: Any) -> Any:
    """The same lists, with every text in them left out."""
    if isinstance(value, list | tuple):
        return [_numbers(one) for one in value if not isinstance(one, str)]
    return value if isinstance(value, int | float) else None
