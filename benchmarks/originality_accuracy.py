"""Does the originality engine find what shares weights, and nothing else? Trains its own small models and asks it.

    python benchmarks/originality_accuracy.py [--steps 160] [--keep FOLDER] [--workers 2]

Prints transformations × alignments × detected, independent pairs, the calibration of every null, what is not trained, and
whether sketches give the levels that weights give. Exit code 1 if a line does not hold.
"""

import argparse
import os
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = str(ROOT)

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.support.laboratory import tables  # noqa: E402
from benchmarks.support.laboratory.judging import Pair, Verdict, judge, side  # noqa: E402
from benchmarks.support.laboratory.nulls import Nulls, Values, band_of, histogram, law, nulls_of  # noqa: E402
from benchmarks.support.laboratory.untrained import untrained_pair  # noqa: E402
from benchmarks.support.laboratory.zoo import Zoo, make  # noqa: E402
from originality.core.seeds import KEPT, LOST  # noqa: E402

GAINS_SHARE = 0.07
LEAST_PAIRS = 40
LEAST_KIN = 12
LEAST_Z = 500
ONE_SIDED = 1.645
LEVEL_3_EXCESS = 0.01


def main() -> int:
    options = arguments()
    torch.set_num_threads(1)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # seen while it runs, in a file as well
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        zoo = make(Path(scratch), steps=options.steps, cache=options.keep, workers=options.workers)
        print(f"{len(zoo.made)} models trained in {time.monotonic() - begun:.0f} s")
        failures = kin_found(zoo, workers=options.workers)
        strangers = list(judge(independent_pairs(zoo), workers=options.workers))
        failures += strangers_apart(strangers, workers=options.workers)
        failures += calibrated(zoo, strangers)
        failures += untrained_is_nothing(zoo)
        failures += seed_told_apart(zoo)
    print(f"\n{time.monotonic() - begun:.0f} s in all")
    for failure in failures:
        print(f"FAILED {failure}")
    return 1 if failures else 0


def kin_found(zoo: Zoo, *, workers: int) -> list[str]:
    """Compare every kin with its parent, by weights and by sketches."""
    pairs = [Pair(zoo.folder / one.name, zoo.folder / one.parent) for one in zoo.kin]
    verdicts = list(judge(pairs, workers=workers))
    missed = tables.kin_table(verdicts, zoo.kin)
    tables.located_lines(verdicts, zoo.kin)
    if len(zoo.kin) < LEAST_KIN:
        missed.append(f"only {len(zoo.kin)} transformations")
    return missed + as_sketches(verdicts, what="kin", workers=workers)


def independent_pairs(zoo: Zoo) -> list[Pair]:
    """All strangers with each other, and every kin of `base` with a stranger of the same data and order."""
    pairs = [Pair(zoo.folder / a, zoo.folder / b) for a, b in combinations(zoo.strangers, 2)]
    mixed = {"half merged with an own model"}  # made of seed-2
    kin = [one.name for one in zoo.kin if one.parent == "base" and one.name not in mixed]
    return pairs + [Pair(zoo.folder / name, zoo.folder / "seed-3") for name in kin]


def strangers_apart(verdicts: list[Verdict], *, workers: int) -> list[str]:
    found = tables.pairs_table(verdicts)
    if len(verdicts) < LEAST_PAIRS:
        found.append(f"only {len(verdicts)} independent pairs")
    return found + as_sketches(verdicts, what="independent pairs", workers=workers)


def as_sketches(verdicts: list[Verdict], *, what: str, workers: int) -> list[str]:
    """Every level of every module must be the same; which alignments of it reach a level may differ, and is printed."""
    sketched = list(judge([verdict.pair._replace(sketched=True) for verdict in verdicts], workers=workers))
    both = list(zip(verdicts, sketched, strict=True))
    found = [line for ours, theirs in both for line in tables.differing_levels(ours, theirs)]
    rows = [line for ours, theirs in both for line in tables.differing_levels(ours, theirs, by_alignment=True)]
    print(
        f"sketches against sketches, {what}: {len(verdicts)} comparisons, {len(found)} levels of modules differ, "
        f"{len(rows)} of their single alignments"
    )
    for line in rows[:12]:
        print(f"  {line}")
    return [f"sketches differ: {line}" for line in found]


def calibrated(zoo: Zoo, strangers: list[Verdict]) -> list[str]:
    """Print the null of every test: run alone on all pairs of equal shapes, and as it stands in the reports on strangers."""
    names = [name for name in zoo.strangers if name.split("-")[0] in {"base", "seed", "data", "korean", "uniform"}]
    small = nulls_of([side(zoo.folder / name, False).sketch for name in names])
    herd = nulls_of([side(zoo.folder / name, False).sketch for name in zoo.herd])
    print(f"\nnulls: all pairs of {len(names)} models of 4 layers and of {len(zoo.herd)} of 2 layers")
    failures = [*_laws(small, herd), *_counts(small, herd), *_gains(small, herd)]
    return [*failures, *_reported(strangers), *_equal_by_chance(strangers)]


def _laws(*nulls: Nulls) -> list[str]:
    failures = []
    for test in sorted({test for null in nulls for test in null.z}):
        failures += _law(test, np.concatenate([null.z[test] for null in nulls if test in null.z]))
    signs = sum(z.size for null in nulls for test, z in null.z.items() if test.startswith("signs"))
    return failures if signs >= LEAST_Z else [*failures, f"only {signs} z-values of sign tests"]


def _law(test: str, z: Values) -> list[str]:
    seen = law(z)
    print(
        f"\n{test}: {seen.values} z-values, mean {seen.mean:+.3f}, sd {seen.sd:.3f}, largest |z| {seen.largest:.2f}, "
        f"KS against N(0, 1) p = {seen.ks_p:.3f}"
    )
    print("\n".join(histogram(z)))
    return [] if seen.holds else [f"null of {test}: sd {seen.sd:.3f}, KS p {seen.ks_p:.4f}, {seen.values} values"]


def _reported(strangers: list[Verdict]) -> list[str]:
    """Alignments are searched over layers and blocks, but never by a sign: the z of what they chose is a coin's all the same."""
    failures = []
    for test, z in tables.reported_z(strangers).items():
        failures += _law(f"in reports, {test}", z)
    for score, z in tables.robust_z(strangers).items():
        seen = law(z)
        print(
            f"in reports, score {score}: {seen.values} z-values, mean {seen.mean:+.2f}, sd {seen.sd:.2f}, largest {z.max():.2f}, "
            f"P(z > 1.64) = {float((z > ONE_SIDED).mean()):.3f}"
        )
    return failures


def _equal_by_chance(strangers: list[Verdict]) -> list[str]:
    excess = tables.equal_excess(strangers)
    print(f"equal elements of strangers beyond chance: {excess.size} tensors, largest f - f0 = {excess.max():.5f}")
    return [f"equal elements of strangers: {excess.max():.4f} beyond chance"] if excess.max() >= LEVEL_3_EXCESS else []


def _counts(*nulls: Nulls) -> list[str]:
    failures = []
    for counts in (null.signs for null in nulls):
        print(f"agreeing signs: {counts.agreeing} of {counts.total}, 99 % band {counts.low} … {counts.high}")
        if not counts.holds:
            failures.append(f"agreeing signs {counts.agreeing} outside {counts.low} … {counts.high}")
    return failures


def _gains(*nulls: Nulls) -> list[str]:
    p = np.concatenate([null.gains_p for null in nulls])
    share = float((p < 0.05).mean())
    print(
        f"joint permutation of gains: P(p < .05) = {share:.3f} over {p.size} (± {band_of(0.05, p.size):.3f} by chance)"
    )
    return [f"joint permutation of gains: {share:.3f}"] if share > GAINS_SHARE else []


def untrained_is_nothing(zoo: Zoo) -> list[str]:
    shared = untrained_pair(zoo)
    [verdict] = judge([Pair(shared.candidate, shared.reference)], workers=1)
    listed = {row["tensor"]: row["reason"] for row in verdict.document["candidate"]["excluded"]}
    rows = verdict.document["candidate"]["untrained_rows"]
    print(f"\nonly what is not trained is shared: level {verdict.level}, {rows} rows of padding left out, and")
    for name, reason in sorted(listed.items()):
        print(f"  {name}: {reason}")
    failures = [f"untrained content: {name} is not listed" for name in sorted(shared.names - set(listed))]
    if verdict.level or rows < shared.rows:
        failures.append(f"untrained content: level {verdict.level}, {rows} rows: {tables.reasons(verdict)}")
    return failures


def seed_told_apart(zoo: Zoo) -> list[str]:
    """One initial seed and other data give all signs without any reuse: with step 0 at hand the report has to say so."""
    step0 = zoo.folder / "step-0 of base"
    print("\none initial seed and its step 0:")
    failures = []
    for name, explains in (("twin-1", True), ("fine-tuned", False), ("trained on, as many tokens again", False)):
        [verdict] = judge([Pair(zoo.folder / name, zoo.folder / "base", step0=step0)], workers=1)
        seed = verdict.document["common_seed"]
        beyond = seed["order_beyond_seed_mean"]
        print(f"  {name}: level {verdict.level}, order of the units beyond step 0 {beyond:.2f}: {seed['reading']}")
        if beyond is None or (beyond >= KEPT) is explains or (beyond <= LOST) is not explains:
            failures.append(f"common seed of {name}: {seed['reading']}")
    return failures


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=160, help="of every model that starts from its own step 0")
    parser.add_argument("--keep", type=Path, help="folder of trained models, by the digest of what went into them")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
