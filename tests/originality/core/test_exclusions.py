import numpy as np
import pytest

from originality.core.exclusions import excluded_by_content, surely_trained


def reason(values):
    rows = np.asarray(values, np.float32)
    rows = rows.reshape(len(rows), -1)
    return excluded_by_content(shape=np.shape(values), low=float(rows.min()), high=float(rows.max()), stored=rows)


WAVES = 1 / 10_000 ** (np.arange(16) / 16)
TURNS = np.arange(100)[:, None] * WAVES
HALVES = np.concatenate([np.sin(TURNS), np.cos(TURNS)], axis=1)
TABLE = "a sinusoidal position table"


def image_positions(side=12):
    """Positions of rows and columns in a half each, as masked autoencoders have them."""
    across, down = np.meshgrid(np.arange(side), np.arange(side))
    parts = [wave(place.reshape(-1, 1) * WAVES) for place in (across, down) for wave in (np.sin, np.cos)]
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize(
    "values",
    [
        HALVES,
        HALVES[None],
        0.5 * HALVES,
        np.concatenate([np.zeros((1, 32)), HALVES]),
        np.stack([np.sin(TURNS), np.cos(TURNS)], axis=2).reshape(100, -1),
        image_positions(),
        np.concatenate([np.zeros((1, 64)), image_positions()])[None],
    ],
    ids=["halves", "with a first axis", "scaled", "behind an empty row", "interleaved", "of images", "of images, all"],
)
def test_sinusoids_are_told_in_every_layout(values):
    rows = np.asarray(values, np.float32).reshape(-1, np.shape(values)[-1])
    low, high = float(rows.min()), float(rows.max())

    assert excluded_by_content(shape=np.shape(values), low=low, high=high, stored=rows) == TABLE


@pytest.mark.parametrize(("role", "said"), [("up", True), ("norm", True), ("head_norm", False), ("other", False)])
def test_only_what_training_fills_in_any_order_can_be_called_identical(role, said):
    assert surely_trained(role) is said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.tril(np.ones((64, 64))), "two values only, as masks have"),
        (np.where(np.tril(np.ones((64, 64))) > 0, 0, -1e9), "two values only, as masks have"),
        (np.ones(64), "all one"),
        (np.tile(np.arange(64.0), (8, 1)), "all rows are equal"),
        (1 / 10_000 ** (np.arange(64) / 64)[None], "a monotone series, as rotary frequencies are"),
        (1 / 10_000 ** (np.arange(64) / 64), "a monotone series, as rotary frequencies are"),
        (np.random.default_rng(1).normal(size=(64, 64)), None),
        (np.random.default_rng(1).choice([-0.02, 0.0, 0.02], (64, 64)), None),  # ternary weights are trained
        (np.random.default_rng(1).normal(1, 0.1, 64), None),
    ],
)
def test_what_nobody_trained_is_told_by_its_content(values, said):
    assert reason(values) == said
