"""What a team declares of its training and what the portal knows beside the logs: the preconditions of every check.

Absent is None or empty, never a default: a check whose precondition is not declared is not applicable.
"""

from typing import NamedTuple

SCHEMA = "training-declaration/1"
OPTIMISERS = ("adam", "adamw", "muon", "lion", "adafactor", "sgd", "other")
SCHEDULES = ("constant", "linear", "cosine", "wsd", "other")
EVENTS = ("restart", "rollback", "data change", "batch change", "schedule change", "clock change", "averaging")
LAWS = ("normal", "truncated normal", "uniform", "constant")


class Optimiser(NamedTuple):
    """`name` is one of OPTIMISERS; rates without unit; decay is that of AdamW, multiplied by the learning rate."""

    name: str
    beta1: float | None = None
    beta2: float | None = None
    epsilon: float | None = None
    weight_decay: float | None = None
    others_for: tuple[str, ...] = ()  # glob patterns of tensors that another optimiser steps


class Schedule(NamedTuple):
    """`kind` is one of SCHEDULES; steps are optimiser steps; `decay_start` is of "wsd" (warm-up, stable, decay)."""

    kind: str
    peak: float
    warmup_steps: int = 0
    total_steps: int | None = None
    decay_start: int | None = None
    final: float = 0.0


class InitLaw(NamedTuple):
    """How tensors that match a glob pattern were drawn: `scale` is a deviation, half a width, or the constant itself."""

    pattern: str
    law: str
    scale: float


class RateGroup(NamedTuple):
    """Tensors that match a glob pattern learn at `factor` times the logged learning rate."""

    pattern: str
    factor: float


class OwnCompute(NamedTuple):
    """Cards of the team itself, beside what the programme granted."""

    card_type: str
    cards: int
    starts: str
    ends: str
    gpu_hours: float


class Event(NamedTuple):
    """Something that the team says happened at a step; `kind` is one of EVENTS."""

    step: int
    kind: str
    note: str = ""


class Declaration(NamedTuple):
    vocabulary: int | None = None
    parameters: int | None = None
    active_parameters: int | None = None
    optimiser: Optimiser | None = None
    schedule: Schedule | None = None
    clip: float | None = None
    batch_tokens: int | None = None
    sequence_length: int | None = None
    layers: int | None = None
    width: int | None = None
    seed: int | None = None
    init: tuple[InitLaw, ...] = ()
    own_compute: tuple[OwnCompute, ...] = ()
    events: tuple[Event, ...] = ()
    cards: int | None = None
    started: str = ""
    ended: str = ""
    rate_groups: tuple[RateGroup, ...] = ()


class ChainLink(NamedTuple):
    """A checkpoint of the run: `role` initial, intermediate, final, or deposited (a digest without bytes)."""

    digest: str
    role: str
    step: int | None
    tokens: int | None


class Deposited(NamedTuple):
    """A digest that the ledger knows since `at` (ISO 8601); `log_digest` is that of the log so far, or empty."""

    digest: str
    step: int
    tokens: int | None
    at: str
    log_digest: str = ""
    log_bytes: int | None = None


class Grant(NamedTuple):
    """Granted cards less outages, in hours; `peak_flops` is the dense bf16 peak of the card, None where it is not known."""

    card_type: str
    cards: int
    starts: str
    ends: str
    gpu_hours: float
    peak_flops: float | None


class Facts(NamedTuple):
    """Everything that fixes the checks before a log is read; frozen in the plan of the run."""

    declaration: Declaration | None = None
    chain: tuple[ChainLink, ...] = ()
    deposits: tuple[Deposited, ...] = ()
    grants: tuple[Grant, ...] = ()
    phase_opened: str = ""
    frozen_references: tuple[str, ...] = ()  # digests of references that the seed binding must not show
