import numpy as np
import pytest

from originality.core.exclusions import excluded_by_content


def reason(values):
    rows = np.asarray(values, np.float32)
    rows = rows.reshape(len(rows), -1)
    return excluded_by_content(shape=np.shape(values), low=float(rows.min()), high=float(rows.max()), first=rows[:64])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.tril(np.ones((64, 64))), "two values only, as masks have"),
        (np.where(np.tril(np.ones((64, 64))) > 0, 0, -1e9), "two values only, as masks have"),
        (np.ones(64), "all one"),
        (np.tile(np.arange(64.0), (8, 1)), "all rows are equal"),
        (1 / 10_000 ** (np.arange(64) / 64), "a monotone series, as rotary frequencies are"),
        (np.random.default_rng(1).normal(size=(64, 64)), None),
        (np.random.default_rng(1).choice([-0.02, 0.0, 0.02], (64, 64)), None),  # ternary weights are trained
        (np.random.default_rng(1).normal(1, 0.1, 64), None),
    ],
)
def test_what_nobody_trained_is_told_by_its_content(values, said):
    assert reason(values) == said
