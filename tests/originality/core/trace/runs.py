"""A training run made up of arrays: checkpoints on a straight way from step 0, logs and facts that fit it."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from originality.core.kernels import to_bf16
from originality.core.readers import Source, open_folder
from originality.core.trace.chain import measure_leg
from originality.core.trace.facts import ChainLink, Declaration, Facts, InitLaw, Optimiser, Schedule
from originality.core.trace.measures import Leg, MeasuredLoss
from originality.core.trace.model import Logs, Series
from tests.factories.originality import Tensors, llama, write_model

STEPS = (0, 10, 20, 30, 40)
RATE = 1e-3
LAWS = (InitLaw("*norm.weight", "constant", 1.0), InitLaw("*", "normal", 0.02))
ADAM = Optimiser("adamw", beta1=0.9, beta2=0.95, weight_decay=0.1)


def beginning(*, seed: int) -> Tensors:
    """Step 0 as LAWS say."""
    return {name: value if value.ndim > 1 else np.ones_like(value) for name, value in llama(seed=seed).items()}


def stepped(tensors: Tensors, *, steps: int, seed: int, rate: float = RATE) -> Tensors:
    """The weights after so many steps of one direction each, as long as the rate."""
    random = np.random.default_rng(seed)
    return {
        name: (value + rate * steps * random.choice([-1.0, 1.0], value.shape)).astype(np.float32)
        for name, value in tensors.items()
    }


def source(folder: Path, tensors: Tensors) -> Source:
    return open_folder(write_model(folder, tensors, tokenizer=False))


def bfloat16(folder: Path, tensors: Tensors) -> Source:
    """The same model stored in bfloat16, in one shard."""
    folder.mkdir(parents=True)
    header, data = {}, b""
    for name, value in tensors.items():
        begin, data = len(data), data + to_bf16(value.ravel()).tobytes()
        header[name] = {"dtype": "BF16", "shape": value.shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    (folder / "m.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
    return open_folder(folder)


def legs_of(folder: Path, way: list[Tensors]) -> tuple[Leg, ...]:
    """Measure neighbours of a way; the first is step 0."""
    sources = [source(folder / str(step), tensors) for step, tensors in zip(STEPS, way, strict=False)]
    return tuple(
        measure_leg(
            sources[i],
            sources[i + 1],
            start=sources[0],
            steps=(STEPS[i], STEPS[i + 1]),
            digests=(f"d{STEPS[i]}", f"d{STEPS[i + 1]}"),
        )
        for i in range(len(sources) - 1)
    )


def honest_way() -> list[Tensors]:
    first = beginning(seed=1)
    return [first, *(stepped(first, steps=step, seed=2) for step in STEPS[1:])]


def curve(values: np.ndarray, *, every: int = 1) -> Series:
    steps = np.arange(len(values), dtype=np.int64) * every
    return Series(steps, np.asarray(values, np.float64), np.zeros(len(steps)), np.zeros(len(steps), np.int16))


def logs_of(**series: Series) -> Logs:
    return Logs(series=series, tags={}, segments=[], seams={}, files=[], ignored=[], faults=[], faults_total=0)


def facts_of(**declared: Any) -> Facts:
    fields: dict[str, Any] = {"optimiser": ADAM, "schedule": Schedule("constant", RATE), "init": LAWS} | declared
    links = tuple(
        ChainLink(
            f"d{step}", "initial" if step == 0 else "final" if step == STEPS[-1] else "intermediate", step, step * 7
        )
        for step in STEPS
    )
    return Facts(declaration=Declaration(**fields), chain=links)


def losses_of(values: list[float], *, noise: float = 0.0) -> tuple[MeasuredLoss, ...]:
    random = np.random.default_rng(5)
    common = random.normal(0, 0.3, 16)
    rows = []
    for step, value in zip(STEPS, values, strict=True):
        each = value + common + noise * random.normal(size=16)
        rows.append(MeasuredLoss(f"d{step}", step, float(each.mean()), 0.07, 16, "text", tuple(each)))
    return tuple(rows)
