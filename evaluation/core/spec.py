"""What one process of a benchmark is told: which model, from where, and which tasks of which suite.

The portal writes it as JSON into the working folder; paths are relative to that folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA_NAME = "evaluation-spec/2"


@dataclass(frozen=True)
class CheckpointSource:
    """Source A: a checkpoint whose architecture the backend knows; nothing of it is executed.

    `arguments` go to the backend as they are (tensor_parallel_size, pipeline_parallel_size, gpu_memory_utilization for
    vLLM; parallelize, max_memory for transformers with accelerate): the portal makes no parallelism of its own.
    """

    folder: str
    backend: Literal["hf", "vllm"] = "hf"
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EndpointSource:
    """Source B: a server of the team's own architecture, reached through a Unix socket and nothing else.

    The harness holds the gold answers and is its one client; the server sees prompts alone. `tokenizer` is the folder of the
    tokenizer handed in (the harness counts with it); `max_length` is what the server declares, in tokens, and is checked
    against what it does; `logprobs` says whether it declares to answer `echo` with log-probabilities; times in seconds.
    """

    socket: str
    model: str
    tokenizer: str
    max_length: int
    logprobs: bool
    concurrency: int = 1
    timeout: float = 300.0


@dataclass(frozen=True)
class Spec:
    """`group` names the tasks of this process: those of one group of the suite, or all where it is None."""

    suite: Mapping[str, Any]
    source: CheckpointSource | EndpointSource
    group: str | None = None
    limit: int | None = None
    device: str | None = None
