"""What the checks of a training run read: the series of its logs, and the faults and seams found while reading them."""

from typing import NamedTuple

import numpy as np

QUANTITIES = (
    "loss",
    "validation_loss",
    "learning_rate",
    "grad_norm",
    "tokens",
    "throughput",
    "memory",
)


class Series(NamedTuple):
    """One quantity by step, merged over restarts: four columns of one length, in order of step, each step once.

    `step` int64; `value` float64 in the unit of the log, may hold NaN; `time` float64, seconds since 1970, 0 where the log
    has none; `segment` int16, index into `Logs.segments`.
    """

    step: np.ndarray
    value: np.ndarray
    time: np.ndarray
    segment: np.ndarray

    def __len__(self) -> int:
        return len(self.step)


class Segment(NamedTuple):
    """One start of the training program, told by its file or by a step that goes back; `begun` is 0 where no time is known.

    `offset` is where it begins in its file: byte of a record, line of a text. Where `zone_known` is False the log tells no
    time zone: its times were read as UTC and may be off by half a day.
    """

    file: str
    first_step: int
    last_step: int
    begun: float
    offset: int = 0
    zone_known: bool = True


class Seam(NamedTuple):
    """Where one segment takes over from another: the earlier ended at `left`, the later begins at `step`.

    `overlap` counts steps that both have, `differing` those of them whose values differ.
    """

    step: int
    left: int
    overlap: int
    differing: int


class Fault(NamedTuple):
    """What could not be used: the file, where in it (byte of a record, line of a text) and what is wrong with it."""

    file: str
    offset: int
    reason: str


class Logs(NamedTuple):
    """`series` maps a quantity to its points, `tags` to the name that the log gives it; `faults` keeps the first thousand.

    `notes` are what was read and is odd all the same: steps that go back, values that are no numbers, a delimiter guessed.
    """

    series: dict[str, Series]
    tags: dict[str, str]
    segments: list[Segment]
    seams: dict[str, list[Seam]]
    files: list[str]
    ignored: list[str]
    faults: list[Fault]
    faults_total: int
    notes: tuple[Fault, ...] = ()
