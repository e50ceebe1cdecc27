"""Lowest and highest points of ever larger stretches of a series: from them a window of any length is drawn.

A block covers 32 points, or two blocks of the level below: its first step, and step and value of its lowest and highest
point.
"""

import numpy as np

from originality.core.trace.model import Series

BLOCK = 32
AT_ONCE = 1 << 20  # points, whole blocks of them
FIRST, LOW_STEP, LOW, HIGH_STEP, HIGH = range(5)


def levels_of(points: int) -> list[int]:
    """Number of blocks on each level, the finest first; the last has one."""
    counts = [-(-points // BLOCK)]
    while counts[-1] > 1:
        counts.append(-(-counts[-1] // 2))
    return counts if points else []


def blocks_of(series: Series) -> np.ndarray:
    """All levels, one below the other: float64 [blocks, 5]; a block without a finite value has NaN for low and high."""
    if not len(series):
        return np.zeros((0, 5))
    level = np.concatenate(
        [
            _finest(series.step[place : place + AT_ONCE], series.value[place : place + AT_ONCE])
            for place in range(0, len(series), AT_ONCE)
        ]
    )
    found = [level]
    while len(level) > 1:
        level = _halved(level)
        found.append(level)
    return np.concatenate(found)


def _finest(steps: np.ndarray, values: np.ndarray) -> np.ndarray:
    whole = -(-len(steps) // BLOCK) * BLOCK
    value: np.ndarray = np.full(whole, np.nan)
    value[: len(steps)] = np.where(np.isfinite(values), values, np.nan)
    step = np.concatenate([steps, np.full(whole - len(steps), steps[-1])]).reshape(-1, BLOCK)
    value = value.reshape(step.shape)
    every = np.arange(len(step))
    low = np.where(np.isnan(value), np.inf, value).argmin(axis=1)
    high = np.where(np.isnan(value), -np.inf, value).argmax(axis=1)
    return np.column_stack([step[:, 0], step[every, low], value[every, low], step[every, high], value[every, high]])


def _halved(level: np.ndarray) -> np.ndarray:
    left = level[::2]
    right = np.concatenate([level[1::2], left[-1:]]) if len(level) % 2 else level[1::2]
    lower = np.isnan(left[:, LOW]) | (right[:, LOW] < left[:, LOW])
    higher = np.isnan(left[:, HIGH]) | (right[:, HIGH] > left[:, HIGH])
    half = left.copy()
    half[lower, LOW_STEP : LOW + 1] = right[lower, LOW_STEP : LOW + 1]
    half[higher, HIGH_STEP : HIGH + 1] = right[higher, HIGH_STEP : HIGH + 1]
    return half


def drawn(blocks: np.ndarray, *, buckets: int) -> tuple[np.ndarray, np.ndarray]:
    """Steps and values of the lowest and highest points of so many stretches, in order of step."""
    per = -(-len(blocks) // buckets)
    whole = -(-len(blocks) // per) * per
    padded = np.concatenate([blocks, np.repeat(blocks[-1:], whole - len(blocks), axis=0)]).reshape(-1, per, 5)
    every = np.arange(len(padded))
    low = np.where(np.isnan(padded[:, :, LOW]), np.inf, padded[:, :, LOW]).argmin(axis=1)
    high = np.where(np.isnan(padded[:, :, HIGH]), -np.inf, padded[:, :, HIGH]).argmax(axis=1)
    lowest, highest = padded[every, low], padded[every, high]
    step = np.concatenate([lowest[:, LOW_STEP], highest[:, HIGH_STEP]]).astype(np.int64)
    value = np.concatenate([lowest[:, LOW], highest[:, HIGH]])
    order = np.argsort(step, kind="stable")
    step, value = step[order], value[order]
    keep = np.append(True, step[1:] != step[:-1])
    return step[keep], value[keep]
