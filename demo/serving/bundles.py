"""What a team hands in for source B: the folder of its server, and for an own architecture the folder of its weights."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch

from demo.serving.own_model import GatedRecurrence, Shape, save

HERE = Path(__file__).parent
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
FILES = {"known": ("known.py", "protocol.py"), "own": ("own.py", "own_model.py", "protocol.py")}
MODELS = {"known": "known-1", "own": "gated-recurrence-1"}


def serving_document(name: str, **changes: Any) -> dict[str, Any]:
    document = {
        "schema": "serving/1",
        "model": MODELS[name],
        "command": ["python", f"{{bundle}}/{name}.py", "{weights}", "{port}"],
        "port": 8000,
        "max_length": 256,
        "logprobs": True,
        "start_seconds": 120,
        "request_seconds": 60,
        "needs": {"gpus": 0, "memory_gb": 4},
    }
    return document | changes


def write_serving(folder: Path, *, name: str, **changes: Any) -> Path:
    """The server's files beside its serving.json."""
    folder.mkdir(parents=True)
    for file in FILES[name]:
        shutil.copyfile(HERE / file, folder / file)
    text = json.dumps(serving_document(name, **changes), indent=1)
    (folder / "serving.json").write_text(text, encoding="utf-8")
    return folder


def write_own_checkpoint(folder: Path, *, tokenizer: Path, rows: int, seed: int = 7) -> Path:
    """A model of own architecture with the tokenizer of another folder; it has learned nothing, and it answers."""
    torch.manual_seed(seed)
    shape = Shape(vocab_size=rows)
    save(GatedRecurrence(shape), shape, folder)
    for name in TOKENIZER:
        if (tokenizer / name).is_file():
            shutil.copyfile(tokenizer / name, folder / name)
    return folder
