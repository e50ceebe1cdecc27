"""The declared seed drawn once more: does the library that knows the architecture give the very numbers of step 0?

The team's own code is never run. What is tried is the plain way, a seeded generator and then the architecture as the library
initialises it; another order of drawing gives other numbers, so a draw that differs says nothing.
"""

import os
from typing import Any

from originality.core.readers import Source
from originality.core.trace.loss import OFFLINE, modest

LARGEST = 1_000_000_000  # parameters: four bytes each are held
Document = dict[str, Any]


def redrawn(source: Source, *, seed: int | None) -> Document:
    """Return {"tried", "tensors", "equal"}: random tensors, and how many of them are equal in every bit."""
    if seed is None or not 0 <= seed < 1 << 63:
        return _untried("no seed is declared")
    if sum(meta.size for meta in source.tensors.values()) > LARGEST:
        return _untried("the model is too large to be drawn again")
    try:
        config = _config(source)
        if config is None:
            return _untried("the config names other sizes than the weights have")
        drawn = _drawn(config, seed=seed)
    except ImportError:
        return _untried("torch and transformers are not installed")
    except Exception:  # noqa: BLE001 - a config comes from anybody, and the library raises anything at all
        return _untried("the architecture is not known here")
    random = [name for name, value in drawn.items() if name in source.tensors and value.numel() > 1 and _varies(value)]
    equal = sum(_equal(source, name, drawn[name]) for name in random)
    return {"tried": _versions(), "reason": "", "tensors": len(random), "equal": equal}


def _untried(reason: str) -> Document:
    return {"tried": "", "reason": reason, "tensors": 0, "equal": 0}


def _config(source: Source) -> Any | None:
    """The config, unless what it would make is larger than the weights are: it comes from anybody, and memory follows it."""
    os.environ.update(OFFLINE)
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(source.folder, trust_remote_code=False, local_files_only=True)
    if not modest(config):
        return None
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    wanted = sum(value.numel() for value in model.parameters())
    return config if wanted <= sum(meta.size for meta in source.tensors.values()) else None


def _drawn(config: Any, *, seed: int) -> dict[str, Any]:
    """Tensors by name as the library draws them in float32."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(config, trust_remote_code=False, dtype=torch.float32)
    return dict(model.state_dict())


def _varies(value: Any) -> bool:
    return bool(value.min() < value.max())


def _equal(source: Source, name: str, value: Any) -> bool:
    """Whether the stored numbers are the drawn ones, rounded to the stored format."""
    import torch

    kinds = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    meta = source.tensors[name]
    if meta.dtype not in kinds or tuple(value.shape) != meta.shape:
        return False
    rounded = value.to(kinds[meta.dtype]).float().reshape(source.stored(name).shape)
    for block in source.blocks(name):
        part = rounded[block.start : block.start + len(block.values)]
        if not torch.equal(part, torch.from_numpy(block.values)):
            return False
    return True


def _versions() -> str:
    import torch
    import transformers

    return f"transformers {transformers.__version__}, torch {torch.__version__}"
