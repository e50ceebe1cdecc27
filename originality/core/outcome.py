"""What a comparison comes to in one word, beside its level, and what is known of the direction: dates, never a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NO_TRACE, ANOMALY, COMMON_ORIGIN, IDENTICAL = "no trace", "anomaly", "common origin", "identical"
OWN_LINEAGE, NOT_COMPARABLE = "own lineage", "not comparable"
BY_LEVEL = (NO_TRACE, ANOMALY, COMMON_ORIGIN, IDENTICAL)
OUTCOMES = (*BY_LEVEL, OWN_LINEAGE, NOT_COMPARABLE)
NEEDED_COVERAGE = 0.01
NO_TEST = "no test could be made between these two models"
TOO_LITTLE = "the tests saw less than 1 % of the candidate's parameters, too little to speak of no trace"


@dataclass(frozen=True)
class Circumstances:
    """What the weights cannot tell: dates as ISO text, and the team's declaration that the reference is its own."""

    public_since: str | None = None
    earliest_deposit: str | None = None
    lineage: str | None = None

    def direction(self) -> dict[str, Any]:
        """Common origin is symmetric: only dates can speak about who was first, and only for whoever reads them."""
        return {
            "text": "direction not determined",
            "reference_public_since": self.public_since,
            "candidate_earliest_deposit": self.earliest_deposit,
        }


def why_not_comparable(*, level: int, tests_made: int, coverage: float) -> str:
    """Return why "no trace" may not be said, or "": a finding stands however small the part is that shows it."""
    if not tests_made:
        return NO_TEST
    return TOO_LITTLE if level == 0 and coverage < NEEDED_COVERAGE else ""


def outcome(*, level: int, not_comparable: str, lineage: str | None) -> str:
    """Return one of OUTCOMES; a declared own earlier model turns common origin, not an anomaly, into own lineage."""
    if not_comparable:
        return NOT_COMPARABLE
    return OWN_LINEAGE if lineage and level >= 2 else BY_LEVEL[level]


def declared_lineage(lineage: str | None, *, level: int) -> dict[str, Any] | None:
    """A declaration is tested like everything else: whether the weights show it stands beside it."""
    return {"declared": lineage, "shown": level >= 2} if lineage else None


def outcome_of(report: Mapping[str, Any]) -> str:
    return str(report["global"]["outcome"])
