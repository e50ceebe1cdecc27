"""The inputs that make two runs comparable, as the child itself saw them."""

import hashlib
import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from evaluation.core.loading import Loaded
from evaluation.core.suites import Suite
from evaluation.core.tasks import BuiltTask

LIBRARIES = ("lm-eval", "transformers", "tokenizers", "datasets", "torch", "evals")


def frozen_inputs(
    suite: Suite, *, tasks: Sequence[BuiltTask], loaded: Loaded, adapter: Any, limit: int | None
) -> dict[str, Any]:
    """No host names, no paths: what could change a figure, and nothing else."""
    return {
        "suite": {"name": suite.name, "version": suite.version, "digest": suite.digest},
        "harness": {"name": "lm-eval", "version": version("lm-eval")},
        "libraries": {name: version(name) for name in LIBRARIES},
        "tasks": [task._asdict() for task in tasks],
        "seeds": suite.seeds._asdict(),
        "limit": limit,
        "dtype": suite.model.dtype,
        "batch_size": suite.model.batch_size,
        "max_length": adapter.max_length,
        "chat_template": {"applied": False, "sha256": _template_digest(loaded.tokenizer)},
        "architecture": type(loaded.model).__name__,
        "parameters": sum(p.numel() for p in loaded.model.parameters()),
        "unused_tensors": len(loaded.unused),
        "hardware": hardware_class(loaded.model.device),
    }


def hardware_class(device: Any) -> str:
    """Such as "cpu x86_64" or the name of the accelerator."""
    if device.type == "cuda":
        import torch

        return str(torch.cuda.get_device_name(device))
    return f"{device.type} {platform.machine()}"


def _template_digest(tokenizer: Any) -> str | None:
    template = getattr(tokenizer, "chat_template", None)
    return hashlib.sha256(str(template).encode()).hexdigest() if template else None
