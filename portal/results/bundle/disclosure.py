"""What the public may read of a release: the rule set's matrix, narrowed by the scope of the release."""

from typing import Any

from portal.programmes.ruleset.vocabulary import STAGES
from portal.results.enums import Scope

_OUTCOME = frozenset({"winners", "gate_rulings", "panel_roster"})
_AGGREGATES = _OUTCOME | {"ranks", "totals", "part_points", "averages", "best_points"}
SUBJECTS = {Scope.OUTCOME: _OUTCOME, Scope.AGGREGATES: _AGGREGATES, Scope.FULL: _AGGREGATES | {"item_points"}}


def disclosed(ruleset: dict[str, Any], *, scope: str, stage: str) -> frozenset[str]:
    """Subjects of the matrix that are open to the public at `stage` and within `scope`; unnamed ones stay closed."""
    matrix = ruleset.get("disclosure", {})
    return frozenset(subject for subject in SUBJECTS[Scope(scope)] if _open(matrix.get(subject, {}), stage))


def _open(row: dict[str, str], stage: str) -> bool:
    opens = row.get("public", "never")
    return opens in STAGES and STAGES.index(stage) >= STAGES.index(opens)
