"""What answers the harness: a checkpoint in this process by transformers or vLLM, or a served model through its socket."""

from pathlib import Path

from evaluation.core.backends.model import Backend, Counted, Counter
from evaluation.core.spec import CheckpointSource, Spec
from evaluation.core.suites import Suite

__all__ = ["Backend", "Counted", "Counter", "connect"]


def connect(spec: Spec, *, suite: Suite, workdir: Path) -> Backend:
    """Open what the specification names; the libraries are imported here and not before."""
    source = spec.source
    if not isinstance(source, CheckpointSource):
        from evaluation.core.endpoint import connect as connect_endpoint

        return connect_endpoint(source, folder=workdir, settings=suite.model)
    if source.backend == "vllm":
        from evaluation.core.backends.vllm import open_vllm

        return open_vllm(workdir / source.folder, source=source, suite=suite)
    from evaluation.core.backends.hf import open_transformers

    return open_transformers(workdir / source.folder, source=source, suite=suite, device=spec.device)
