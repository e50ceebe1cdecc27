"""Source A by vLLM: the harness's own adapter, counted, with the options that must not be left to chance.

The batch is a whole number, worker processes are spawned and one engine holds all cards of the job: with `auto`, fork or
several replicas the same run can give other figures or hang (measured by others; issues of lm-eval and vLLM).
"""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evaluation.core.backends.arguments import checked
from evaluation.core.backends.model import Backend
from evaluation.core.errors import CheckpointError
from evaluation.core.failures import is_of_the_machine, library_line
from evaluation.core.spec import CheckpointSource
from evaluation.core.suites import Suite
from portal.common.formats.safetensors_header import read_header


def vllm_arguments(folder: Path, *, source: CheckpointSource, suite: Suite) -> dict[str, Any]:
    """Return what lm-eval's VLLM is called with; the rest of it goes on to the engine of vLLM under the same names."""
    return {
        "pretrained": str(folder),
        "tokenizer": str(folder),
        "dtype": suite.model.dtype,
        "batch_size": suite.model.batch_size,
        "max_length": longest_context(folder, suite=suite),
        "seed": suite.seeds.harness,
        "trust_remote_code": False,
        "data_parallel_size": 1,
        "load_format": "safetensors",
        "generation_config": "vllm",
    } | checked("vllm", source.arguments)


def longest_context(folder: Path, *, suite: Suite) -> int:
    longest = _config(folder).get("max_position_embeddings")
    return min(longest, suite.model.max_length) if isinstance(longest, int) else suite.model.max_length


def open_vllm(folder: Path, *, source: CheckpointSource, suite: Suite) -> Backend:
    """Start the engine; what it says of a checkpoint it cannot load is told to the team."""
    arguments = vllm_arguments(folder, source=source, suite=suite)
    if find_spec("vllm") is None:
        raise RuntimeError("vllm is not installed on this worker, which offers it; ask an operator")
    from evaluation.core.backends.vllm_adapter import adapter_class

    try:
        adapter = adapter_class()(**arguments)
    except Exception as error:
        if is_of_the_machine(error):
            raise
        raise CheckpointError(folder.name, f"vLLM cannot load the model: {library_line(error)}") from error
    if suite.model.chat_template:
        from evaluation.core.backends.templates import isolate_template

        adapter.renderer = isolate_template(adapter.tokenizer)
    return Backend(adapter, facts_of(folder, adapter, suite=suite, arguments=source.arguments), adapter.counter)


def facts_of(folder: Path, adapter: Any, *, suite: Suite, arguments: Mapping[str, Any]) -> dict[str, Any]:
    import torch

    from evaluation.core.backends.hardware import hardware_class
    from evaluation.core.backends.templates import template_digest

    return {
        "label": "checkpoint",
        "backend": {"name": "vllm", "arguments": dict(arguments)},
        "architecture": str((_config(folder).get("architectures") or ["?"])[0]),
        "parameters": parameters_in(folder),
        "unused_tensors": 0,  # the engine refuses tensors that have no place
        "generation_defaults_left_out": [],
        "chat_template": {"applied": suite.model.chat_template, "sha256": template_digest(adapter.tokenizer)},
        "hardware": hardware_class(torch.device("cuda" if torch.cuda.is_available() else "cpu")),
    }


def parameters_in(folder: Path) -> int:
    """Numbers in all tensors of the shards; a tensor that is tied to another stands there once."""
    total = 0
    for path in sorted(folder.glob("*.safetensors")):
        for tensor in read_header(path).tensors.values():
            count = 1
            for length in tensor.shape:
                count *= length
            total += count
    return total


def _config(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return found
