"""Source A by transformers: the checkpoint is loaded here and given to the harness's adapter (hf_adapter)."""

from pathlib import Path
from typing import Any

from evaluation.core.backends.arguments import checked
from evaluation.core.backends.hardware import hardware_class
from evaluation.core.backends.hf_adapter import adapter_class
from evaluation.core.backends.model import Backend
from evaluation.core.backends.templates import isolate_template, template_digest
from evaluation.core.loading import Loaded, load
from evaluation.core.spec import CheckpointSource
from evaluation.core.suites import Suite


def open_transformers(folder: Path, *, source: CheckpointSource, suite: Suite, device: str | None) -> Backend:
    """Load the checkpoint and give it to the harness, with a length that is never guessed."""
    arguments = checked("hf", source.arguments)
    loaded = load(folder, settings=suite.model, device=device, arguments=arguments)
    renderer = isolate_template(loaded.tokenizer) if suite.model.chat_template else None
    longest = getattr(loaded.model.config, "max_position_embeddings", None) or suite.model.max_length
    adapter = adapter_class()(
        pretrained=loaded.model,
        tokenizer=loaded.tokenizer,
        backend="causal",
        batch_size=suite.model.batch_size,
        max_length=min(longest, suite.model.max_length),
        trust_remote_code=False,
    )
    adapter.renderer = renderer
    return Backend(adapter, facts_of(loaded, suite=suite, arguments=source.arguments), adapter.counter)


def facts_of(loaded: Loaded, *, suite: Suite, arguments: Any) -> dict[str, Any]:
    return {
        "label": "checkpoint",
        "backend": {"name": "hf", "arguments": dict(arguments)},
        "architecture": type(loaded.model).__name__,
        "parameters": sum(p.numel() for p in loaded.model.parameters()),
        "unused_tensors": len(loaded.unused),
        "generation_defaults_left_out": loaded.left_out,
        "chat_template": {"applied": suite.model.chat_template, "sha256": template_digest(loaded.tokenizer)},
        "hardware": hardware_class(loaded.model.device),
    }
