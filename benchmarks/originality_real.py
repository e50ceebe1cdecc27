"""The originality engine on real models out of packages: known descent, strangers of the same width, the affair replayed.

    python benchmarks/originality_real.py [--keep FOLDER] [--steps 60]

Exit code 1 if a line does not hold; a package that is not installed is named and its lines are left out.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = str(ROOT)

import numpy as np  # noqa: E402

from benchmarks.support.laboratory import real, tables  # noqa: E402
from benchmarks.support.laboratory.judging import Pair, side, verdict  # noqa: E402
from originality.core.gains import compare_gains  # noqa: E402

SMOL, GEMMA, MINILM, SRE = "SmolLM2-135M-Instruct", "Gemma-3-270M", "all-MiniLM-L6-v2", "sre-embedding-model"
REPLAYED = 0.9


class Line(NamedTuple):
    """What is asked of one pair: a least level of kin, or none of strangers."""

    candidate: Path | None
    reference: Path | None
    least: int


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # seen while it runs, in a file as well
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        keep = options.keep or Path(scratch)
        models = made(keep, steps=options.steps)
        print(f"models are there after {time.monotonic() - begun:.0f} s\n")
        failures = [failure for line in lines(models) for failure in compared(line)]
        failures += replayed(models)
    print(f"\n{time.monotonic() - begun:.0f} s in all")
    for failure in failures:
        print(f"FAILED {failure}")
    return 1 if failures else 0


def made(keep: Path, *, steps: int) -> dict[str, Path | None]:
    models = {name: real.packaged(name, keep) for name in (SMOL, GEMMA, MINILM, SRE)}
    for name, folder in models.items():
        if folder is None:
            print(f"{name}: its package is not installed")
    smol, minilm = models[SMOL], models[MINILM]
    models["again"] = real.quantised_again(smol, keep) if smol else None
    models["decoder"] = real.decoder_trained_here(smol, keep, steps=steps) if smol else None
    models["bert"] = real.bert_trained_here(minilm, keep, steps=steps) if minilm else None
    return models


def lines(models: dict[str, Path | None]) -> list[Line]:
    return [
        Line(models[SRE], models[MINILM], least=2),
        Line(models["again"], models[SMOL], least=2),
        Line(models["decoder"], models[SMOL], least=0),
        Line(models["bert"], models[MINILM], least=0),
        Line(models[GEMMA], models[SMOL], least=0),
    ]


def compared(line: Line) -> list[str]:
    """Compare by weights and by sketches; kin need the level that is asked, strangers must be at 0."""
    if line.candidate is None or line.reference is None:
        return []
    begun = time.monotonic()
    found = verdict(Pair(line.candidate, line.reference))
    names = f"{_name(line.candidate)} and {_name(line.reference)}"
    print(f"{names}: level {found.level}, {found.document['global']['outcome']}, {time.monotonic() - begun:.0f} s")
    for name, figures in found.alignments().items():
        print(
            f"  {name}: z {figures['z']:.1f} over {figures['n']} units, {figures['agreement']:.1%} agree, R² {figures['r2']:.4f}"
        )
    _print_scores(found.document["scores"])
    sketched = verdict(Pair(line.candidate, line.reference, sketched=True))
    failures = [f"{names}: sketches {text}" for text in tables.differing_levels(found, sketched)]
    if found.level < line.least or (not line.least and found.level):
        failures.append(f"{names}: level {found.level}: {tables.reasons(found)}")
    return failures


def _name(folder: Path) -> str:
    """The packages keep their model in a folder of any name."""
    return {"model": MINILM, "model_weights": SRE}.get(folder.name, folder.name)


def _print_scores(scores: list[dict[str, object]]) -> None:
    for score in scores:
        if score["kind"] in {"norm", "r2", "equal", "sign_blind_profile"} and score["null_mean"] is not None:
            value, mean, sd = (float(str(score[key])) for key in ("value", "null_mean", "null_sd"))
            print(f"  {score['kind']}: {value:.4f}; by chance {mean:.4f} ± {sd:.4f}")


def replayed(models: dict[str, Path | None]) -> list[str]:
    """The figure of the affair, on two models that share nothing: the gains of their MLP norms, layer by layer."""
    smol, minilm = models[SMOL], models[MINILM]
    if smol is None or minilm is None:
        return []
    pair = Pair(smol, minilm)
    sides = [side(folder, False).sketch for folder in pair[:2]]
    layers = [sorted(place for place in sketch.gains if place[-1] == "mlp") for sketch in sides]
    width = min(sketch.gains[places[0]].size for sketch, places in zip(sides, layers, strict=True))
    ours, theirs = (
        np.stack([sketch.gains[place][:width] for place in places[: min(map(len, layers))]])
        for sketch, places in zip(sides, layers, strict=True)
    )
    gains, found = compare_gains(ours, theirs), verdict(pair)
    print(
        f"\nthe affair replayed, {SMOL} and {MINILM}, {gains.norms} norms before or after their MLPs, {width} channels:\n"
        f"  LayerNorm cosine {gains.cosine:.3f}; the same gains in random channel order {gains.null_mean:.3f} ± "
        f"{gains.null_sd:.3f}; Pearson {gains.pearson:+.3f} ± {gains.pearson_null_sd:.3f}, "
        f"joint p = {gains.joint.monte_carlo_p:.2f}\n  level {found.level}, {found.document['global']['outcome']}"
    )
    failures = [] if gains.cosine > REPLAYED else [f"the affair: cosine {gains.cosine:.3f}"]
    return [*failures, f"the affair: level {found.level}"] if found.level else failures


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", type=Path, help="folder in which the models stay for the next run")
    parser.add_argument("--steps", type=int, default=60, help="of the two models that are trained here")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
