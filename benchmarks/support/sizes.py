"""How large sketches are: of the models at hand, of a packaged model, and by arithmetic of models of 100 billion parameters."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.support.stages import Stages
from originality.core.corner import PLACES
from originality.core.ownbasis import STORED_OWN
from originality.core.readers import open_folder
from originality.core.sketch import STORED_K, build_sketch
from originality.core.sketchfile import save_sketch
from originality.core.summary import QUANTILES, ROW_STEP, SAMPLES
from originality.core.tokens import ANCHORS

REAL, LARGE = 0.02, 0.01
GB = 1_000_000_000


class Plan(NamedTuple):
    """Sizes of a decoder in bfloat16; experts counts those of one layer, 1 is a dense MLP."""

    name: str
    layers: int
    width: int
    units: int
    experts: int
    heads: int
    groups: int
    head: int
    words: int

    @property
    def tensors(self) -> int:
        return self.layers * (3 * self.experts + 7) + 3

    @property
    def bytes(self) -> int:
        mlp = 3 * self.experts * self.width * self.units
        attention = 2 * self.width * self.head * (self.heads + self.groups)
        return 2 * (self.layers * (mlp + attention) + 2 * self.words * self.width)


PLANS = (
    Plan("dense, 96 layers of 8,192 × 28,672", 96, 8_192, 28_672, 1, 64, 8, 128, 131_072),
    Plan("96 layers of 4,096, 129 experts of 640", 96, 4_096, 640, 129, 64, 8, 128, 196_608),
    Plan("48 layers of 4,096, 129 experts of 1,408", 48, 4_096, 1_408, 129, 64, 8, 128, 196_608),
)


def computed(plan: Plan) -> int:
    """Bytes of a sketch: four bits per feature, samples, rows, corners, basis, tokens, anchors and the index."""
    units = plan.layers * plan.experts * plan.units
    features = units * (3 * (STORED_K + STORED_OWN) // 2 + 10)
    channels = plan.layers * plan.groups * plan.head * (2 + plan.heads // plan.groups) * (STORED_K + STORED_OWN) // 2
    planes = (
        plan.layers * plan.groups * plan.head // 2 * 2 * (1 + plan.heads // plan.groups) * (STORED_K + STORED_OWN) // 2
    )
    rows = units * 2 + plan.layers * (plan.experts + 4) * plan.width + 2 * plan.words
    tensors = plan.tensors * (2 * SAMPLES + 4 * QUANTILES + 64 + 80)
    tables = 8 * plan.words + ANCHORS * plan.width + 4 * plan.layers * 2 * plan.width
    tables += 2 * STORED_OWN * plan.width + 2 * PLACES * 10 * plan.layers
    return features + channels + planes + 8 * rows // ROW_STEP + tensors + tables


def sketch_lines(stages: Stages, room: Path, *, real: bool) -> Iterator[tuple[str, bool]]:
    size, whole = _saved(stages.both[0], room / "timed.sketch"), stages.size / 2
    yield f"sketch of {whole / GB:.2f} GB: {size / 1e6:.1f} MB, {size / whole:.2%}; at most 1 %", size <= LARGE * whole
    if real:
        yield from _real(room)
    for plan in PLANS:
        share = computed(plan) / plan.bytes
        said = f"computed: {plan.bytes / 2e9:.0f} B parameters ({plan.name}): {computed(plan) / 1e6:.0f} MB"
        yield f"{said} of {plan.bytes / GB:.0f} GB, {share:.2%}; at most 1 %", share <= LARGE


def _saved(sketch: object, path: Path) -> int:
    from originality.core.sketch import Sketch

    assert isinstance(sketch, Sketch)
    save_sketch(sketch, path)
    return path.stat().st_size


def _real(room: Path) -> Iterator[tuple[str, bool]]:
    """The packaged model of 135 million parameters, in float32 and in bfloat16."""
    import torch

    from demo.gguf_models import write_smollm2

    for dtype in (torch.float32, torch.bfloat16):
        name = str(dtype).removeprefix("torch.")
        folder = write_smollm2(room / name, dtype=dtype).folder
        whole = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
        size = _saved(build_sketch(open_folder(folder)), room / f"{name}.sketch")
        said = f"sketch of SmolLM2-135M in {name}: {size / 1e6:.2f} MB of {whole / 1e6:.0f} MB, {size / whole:.2%}"
        if dtype is torch.float32:
            yield f"{said}; at most {REAL:.0%}", size <= REAL * whole
        else:
            yield f"{said}; no limit, half the bytes for as many units", True
