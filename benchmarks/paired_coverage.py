"""How often the 95 % interval of a paired comparison holds the true difference, and how often p < 0.05 without one.

Two models answer n items right with correlated chances; the truth is known. Printed: share of intervals that hold it, share
of p below 0.05 where both models are equal, and of families of ten pairs with any such p after Holm.

    python -m benchmarks.paired_coverage [--trials 2000]
"""

import argparse

import numpy as np

from evaluation.core.paired import Scored, Table, compare, compare_all

SIZES = (20, 40, 100, 500)
ENTRIES = 5
SKILL, EDGE = 0.55, 0.08


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    trials = parser.parse_args().trials
    draw = np.random.default_rng(11)
    print("items  interval holds  p < 0.05 if equal  any of ten pairs after Holm")
    for size in SIZES:
        held, small, families = 0, 0, 0
        for seed in range(trials):
            first, second = _pair(draw, size, EDGE)
            found = compare(first, second, names=("a", "b"), seed=seed, resamples=1000)
            held += found.low is not None and found.high is not None and found.low <= EDGE <= found.high
            equal = compare(*_pair(draw, size, 0.0), names=("a", "b"), seed=seed, resamples=100)
            small += equal.p is not None and equal.p < 0.05
            families += _any_false(draw, size, seed)
        print(f"{size:5}  {held / trials:14.3f}  {small / trials:17.3f}  {families / trials:27.3f}")


def _pair(draw: np.random.Generator, size: int, edge: float) -> tuple[Table, Table]:
    """Items differ in how hard they are, so the two answers to one item go together."""
    hard = draw.uniform(-0.35, 0.35, size)
    return tuple(_answers(draw, SKILL + part * edge + hard) for part in (1, 0))  # type: ignore[return-value]


def _any_false(draw: np.random.Generator, size: int, seed: int) -> bool:
    hard = draw.uniform(-0.35, 0.35, size)
    tables = {str(entry): _answers(draw, SKILL + hard) for entry in range(ENTRIES)}
    found = compare_all(tables, seed=seed, resamples=1)
    return any(row.p_holm is not None and row.p_holm < 0.05 for row in found)


def _answers(draw: np.random.Generator, chances: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Table:
    right = draw.random(len(chances)) < chances
    return {str(item): Scored(float(one)) for item, one in enumerate(right)}


if __name__ == "__main__":
    main()
