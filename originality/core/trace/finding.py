"""One check's answer: its figure, what was expected, on what ground, from which data, and how far it weighs."""

from enum import StrEnum
from typing import Any, NamedTuple

AS_EXPECTED, TO_EXPLAIN, CONTRADICTION = 0, 1, 2


class Outcome(StrEnum):
    """SHOWN is evidence, NOT_SHOWN is its absence (never passed, never failed), NOT_APPLICABLE a precondition that fails."""

    SHOWN = "shown"
    DEVIATES = "deviates"
    NOT_SHOWN = "not shown"
    NOT_APPLICABLE = "not applicable"


class Precondition(NamedTuple):
    """`met` is None where nothing says whether it holds."""

    name: str
    met: bool | None


class Span(NamedTuple):
    """Steps of a curve that a finding is about, for shading."""

    quantity: str
    first: int
    last: int


class Finding(NamedTuple):
    """`level` is above 0 only where the outcome is DEVIATES.

    `figure` and `expected` are numbers by name; `reason` is one of the sentences of originality/wording.py, its numbers
    in `figure`; `ground` names the source (paper and year, rule); `data` names what was read: tags, steps, digests.
    """

    check: str
    outcome: Outcome
    level: int = AS_EXPECTED
    figure: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    reason: str = ""
    ground: str = ""
    data: tuple[str, ...] = ()
    preconditions: tuple[Precondition, ...] = ()
    spans: tuple[Span, ...] = ()
