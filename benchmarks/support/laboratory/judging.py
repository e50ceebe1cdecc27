"""What the engine says of a pair of folders, in processes of one thread: each keeps the sides that it has opened."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple


class Pair(NamedTuple):
    """`sketched` compares the published sketches instead of the weights; `step0` is where the candidate began."""

    candidate: Path
    reference: Path
    sketched: bool = False
    step0: Path | None = None


class Verdict(NamedTuple):
    """The figures of one report that the benchmark looks at; `rows` are its modules and `document` the rest."""

    pair: Pair
    level: int
    rows: list[dict[str, Any]]
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return self.pair.candidate.name

    def alignments(self) -> dict[str, dict[str, Any]]:
        """Return the pooled sign test of each alignment."""
        return self.document["global"]["pooled"]

    def found(self, least: int = 2) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["level"] >= least]


def judge(pairs: Iterable[Pair], *, workers: int) -> Iterator[Verdict]:
    """Compare all pairs; neighbours go to one process, which opens each side once."""
    wanted = list(pairs)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_alone) as pool:
        yield from pool.map(verdict, wanted, chunksize=max(1, len(wanted) // (workers * 4)))


def _alone() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"


def verdict(pair: Pair) -> Verdict:
    from originality.core.baselines import shipped_baselines
    from originality.core.compare import examine
    from originality.core.report import report

    step0 = side(pair.step0, pair.sketched).sketch if pair.step0 else None
    findings = examine(side(pair.candidate, pair.sketched), side(pair.reference, pair.sketched), step0=step0)
    document = report(findings, baselines=shipped_baselines())
    rows = document.pop("modules")
    return Verdict(pair, document["global"]["level"], rows, document)


@cache
def side(folder: Path, sketched: bool) -> Any:  # noqa: FBT001 - part of the key of the cache
    """Open a folder, or the sketch of it that a registry would hold, read back from its file."""
    from originality.core.compare import open_side
    from originality.core.sketch import FULL_K, STORED_K
    from originality.core.sketchfile import save_sketch

    if not sketched:
        return open_side(folder, k=FULL_K)
    file = folder / "published.sketch"
    if not file.exists():
        part = file.with_suffix(f".{os.getpid()}")
        save_sketch(open_side(folder, k=STORED_K).sketch, part)
        part.rename(file)
    return open_side(file)
