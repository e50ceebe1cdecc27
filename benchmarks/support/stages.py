"""The stages of a comparison, each by itself, over two models in the page cache, with the same threads."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from originality.core.blocks import run_block_tests
from originality.core.readers import Source, open_folder
from originality.core.roles import assign_roles
from originality.core.sketch import Sketch, build_sketch
from originality.core.spool import Spool
from originality.core.summary import summarise
from originality.core.tensors import full_rows
from originality.core.workers import in_threads, threads

READ = 4 << 20
SAMPLE = 24_000_000  # elements of the part on which the straightforward script is timed


class Stages:
    """What the engine does with a candidate and a reference; the sketches of the last ingest are kept for the later stages."""

    def __init__(self, candidate: Path, reference: Path) -> None:
        self.folders = (candidate, reference)
        self.sources = (open_folder(candidate), open_folder(reference))
        self.roles = assign_roles(self.sources[0].tensors, self.sources[0].config)
        self.names = sorted(self.sources[0].tensors, key=lambda name: -self.sources[0].tensors[name].size)
        self.jobs = [(source, name) for name in self.names for source in self.sources]
        self.size = 2 * sum(source.tensors[name].size for source, name in self.jobs)
        self.threads = threads()
        self.room = {name: np.zeros(self.sources[0].codes(name).nbytes, np.uint8) for name in self.names}
        self.sketches: tuple[Sketch, Sketch] | None = None

    def warm(self) -> None:
        """Compile every kernel and bring both models into the page cache."""
        self.ingest()
        self.pairwise()
        self.signs()

    @property
    def both(self) -> tuple[Sketch, Sketch]:
        assert self.sketches
        return self.sketches

    @property
    def blocks(self) -> int:
        return len(self.both[0].blocks)

    def memcpy(self) -> None:
        """Every byte of both models into memory that is there already: smaller copies would stay in the processor's cache."""
        for source in self.sources:
            list(in_threads(lambda name, source=source: self._copy(source, name), self.names))

    def _copy(self, source: Source, name: str) -> None:
        np.copyto(self.room[name], source.codes(name).reshape(-1).view(np.uint8))

    def read(self) -> None:
        """Every file once, into a small buffer."""
        files = [file for folder in self.folders for file in sorted(folder.glob("*.safetensors"))]
        list(in_threads(_read_file, files))

    def sha256(self) -> None:
        list(in_threads(lambda job: hashlib.sha256(job[0].codes(job[1]).data).digest(), self.jobs))

    def summaries(self) -> None:
        slots, spool = self.roles.slots, Spool()
        list(in_threads(lambda job: summarise(job[0], job[1], slot=slots[job[1]], spool=spool), self.jobs))

    def ingest(self) -> None:
        self.sketches = (build_sketch(self.sources[0]), build_sketch(self.sources[1]))

    def pairwise(self) -> None:
        full_rows(*self.both, [(name, name) for name in self.names], sources=self.sources)

    def signs(self) -> None:
        run_block_tests(*self.both)


def _read_file(path: Path) -> None:
    buffer = bytearray(READ)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def straightforward(stages: Stages) -> float:
    """Seconds per byte of both models that a plain script per tensor takes for the same figures, timed on a part."""
    import torch

    torch.set_num_threads(stages.threads)
    begun, elements = time.perf_counter(), 0
    for left, right in _tensors(stages):
        _plain_figures(
            torch.from_numpy(left.view(np.int16)).view(torch.bfloat16),
            torch.from_numpy(right.view(np.int16)).view(torch.bfloat16),
        )
        elements += left.size
    return (time.perf_counter() - begun) / (4 * elements)


def _tensors(stages: Stages) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Copies of the first rows of some matrices, `SAMPLE` elements in all."""
    left = SAMPLE
    for name in stages.names:
        if left <= 0:
            return
        a, b = (source.stored(name)[:2_048].copy() for source in stages.sources)
        left -= a.size
        yield a, b


def _plain_figures(a: object, b: object) -> dict[str, float]:
    """Equal share and its chance level, R², β, v, moments and quantiles, as one would write it at first."""
    import torch

    assert isinstance(a, torch.Tensor)
    assert isinstance(b, torch.Tensor)
    x, y = a.flatten().double(), b.flatten().double()
    hashlib.sha256(a.view(torch.int16).numpy().tobytes()).hexdigest()
    hashlib.sha256(b.view(torch.int16).numpy().tobytes()).hexdigest()
    values_a, counts_a = torch.unique(x, return_counts=True)
    values_b, counts_b = torch.unique(y, return_counts=True)
    shared = torch.isin(values_a, values_b)
    shared_b = torch.isin(values_b, values_a)
    chance = float((counts_a[shared].double() * counts_b[shared_b].double()).sum()) / x.numel() ** 2
    r = float(torch.corrcoef(torch.stack([x, y]))[0, 1])
    figures = {"equal": float((x == y).double().mean()), "chance": chance, "r2": r * r}
    figures["v"] = float((x - y).var() / (x.var() + y.var()))
    for name, values in (("a", x), ("b", y)):
        ordered = values.sort().values
        figures |= {f"{name} q{i}": float(ordered[(2 * i + 1) * values.numel() // 128]) for i in range(64)}
        centred = values - values.mean()
        figures[f"{name} kurtosis"] = float((centred**4).mean() / (centred**2).mean() ** 2)
    return figures
