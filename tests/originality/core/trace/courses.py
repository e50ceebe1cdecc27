"""A small honest run as columns: a power law with the noise of its batch, a cosine, clipped norms, tokens and times."""

from math import cos, pi

import numpy as np

from originality.core.trace.facts import (
    ChainLink,
    Declaration,
    Deposited,
    Facts,
    Grant,
    Optimiser,
    OwnCompute,
    Schedule,
)
from originality.core.trace.model import Logs, Segment, Series

BEGUN = 1_777_852_800.0  # 4 May 2026, 00:00 UTC
STEPS, WARMUP, PEAK, BATCH, VOCABULARY = 600, 40, 2e-3, 4096, 512
PACE = 100.0  # seconds a step


def columns(seed=5, steps=STEPS):
    """Return every quantity of a run by name; change a column and give them to `logs_of`."""
    dice = np.random.default_rng(seed)
    step = np.arange(steps)
    loss = 2.5 + (np.log(VOCABULARY) - 2.5) * (1 + step / 30.0) ** -0.5 + dice.normal(0, 0.05, steps)
    took = PACE * (1 + dice.uniform(-0.05, 0.05, steps))
    return {
        "step": step,
        "time": BEGUN + np.cumsum(took),
        "loss": loss,
        "learning_rate": np.array([rate(at) for at in step]),
        "grad_norm": np.minimum(np.exp(dice.normal(-0.2, 0.5, steps)), 1.0),
        "tokens": (step + 1.0) * BATCH,
        "throughput": BATCH / took,
    }


def rate(step):
    if step < WARMUP:
        return PEAK * (step + 1) / WARMUP
    return PEAK * (0.1 + 0.9 * (1 + cos(pi * (step - WARMUP) / (STEPS - WARMUP))) / 2)


def logs_of(held, *, segment=None, segments=None, seams=None, **more):
    count = len(held["step"])
    segment = np.zeros(count, np.int16) if segment is None else segment
    made = {
        name: Series(held["step"].astype(np.int64), np.asarray(column, float), held["time"], segment)
        for name, column in held.items()
        if name not in ("step", "time")
    }
    parts = segments or [Segment("events", int(held["step"][0]), int(held["step"][-1]), float(held["time"][0]))]
    return Logs(made, {name: f"train/{name}" for name in made}, parts, seams or {}, ["events"], [], [], 0, **more)


def declaration(**changes):
    declared = Declaration(
        vocabulary=VOCABULARY,
        parameters=1_000_000,
        active_parameters=1_000_000,
        optimiser=Optimiser("adamw", 0.9, 0.95, 1e-8, 0.1),
        schedule=Schedule("cosine", PEAK, WARMUP, STEPS, None, PEAK / 10),
        clip=1.0,
        batch_tokens=BATCH,
        cards=4,
        started="2026-05-04T00:00:00+00:00",
        ended="2026-05-05T00:00:00+00:00",
    )
    return declared._replace(**changes)


def digest(letter):
    return letter * 64


def facts(*, events=(), **changes):
    chain = (
        ChainLink(digest("a"), "initial", 0, 0),
        ChainLink(digest("b"), "intermediate", 300, 300 * BATCH),
        ChainLink(digest("c"), "final", STEPS, STEPS * BATCH),
    )
    deposits = (
        Deposited(digest("a"), 0, 0, "2026-05-04T00:30:00+00:00"),
        Deposited(digest("b"), 300, None, "2026-05-04T20:00:00+00:00"),
        Deposited(digest("c"), STEPS, None, "2026-05-05T09:00:00+00:00"),
    )
    hours = 4 * STEPS * PACE / 3600
    peak = 6e6 * STEPS * BATCH / (0.3 * hours * 3600)
    grant = Grant("own-card", 4, "2026-05-01T00:00:00+00:00", "2026-06-01T00:00:00+00:00", 2 * hours, peak)
    return Facts(declaration(events=tuple(events)), chain, deposits, (grant,))._replace(**changes)


OWN = OwnCompute("unheard-of", 4, "2026-05-01", "2026-06-01", 10.0)
