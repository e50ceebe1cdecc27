"""What weights, withheld text and benchmarks say at single checkpoints, measured by jobs of their own and only read by checks."""

from typing import NamedTuple


class TensorStep(NamedTuple):
    """One trained tensor between two checkpoints: largest change of a number, its largest magnitude at either end, norms."""

    tensor: str
    moved: float
    largest: float
    distance: float
    strangers: float  # largest change that two independent draws of these spreads would show


class Leg(NamedTuple):
    """From one checkpoint to the next; cosines are over all trained numbers, `from_start` against step 0 where there is one."""

    before: str
    after: str
    step_before: int
    step_after: int
    cosine: float
    distance: float
    from_start_cosine: float | None
    from_start_distance: float | None
    tensors: tuple[TensorStep, ...]
    excluded: tuple[str, ...] = ()


class MeasuredLoss(NamedTuple):
    """Loss of a checkpoint on withheld text, nats per token, with its standard error over windows and their number."""

    digest: str
    step: int
    loss: float
    stderr: float
    windows: int
    text_digest: str


class Score(NamedTuple):
    """A benchmark at a checkpoint: figure in [0, 1] with its standard error."""

    digest: str
    step: int
    task: str
    metric: str
    value: float
    stderr: float


class Measures(NamedTuple):
    """`start` and `binding` are documents of the step-0 law and of the seed binding; None where there is no step 0."""

    legs: tuple[Leg, ...] = ()
    losses: tuple[MeasuredLoss, ...] = ()
    scores: tuple[Score, ...] = ()
    start: dict[str, object] | None = None
    binding: dict[str, object] | None = None
    against_references: tuple[dict[str, object], ...] = ()
