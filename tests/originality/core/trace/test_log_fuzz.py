"""A small run of the fuzz benchmark: damaged logs are read as far as they go, or refused in words."""

import random
from itertools import cycle, islice

import pytest

from benchmarks.support.logseeds import log_seeds, mutate
from benchmarks.trace_fuzz import outcome


@pytest.mark.parametrize("seed", log_seeds(), ids=lambda seed: seed.name)
def test_sound_logs_are_read_without_a_fault(tmp_path, seed):
    assert outcome(seed, seed.data, tmp_path) in {"read", "read, with notes"}


def test_damaged_logs_raise_nothing_unforeseen(tmp_path):
    rng, seeds = random.Random(7), log_seeds()

    told = [outcome(seed, mutate(seed, seeds, rng), tmp_path) for seed in islice(cycle(seeds), 150)]

    assert [item for item in told if item.startswith("uncontrolled")] == []
    assert "read, with faults" in told
