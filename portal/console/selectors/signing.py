"""The evaluator's own ratings side by side, by code name: what is missing, and what lies far from the others."""

from dataclasses import dataclass

from portal.console.enums import TrialState
from portal.console.models import Round
from portal.console.selectors.trials import Card, card_of, trials_of
from portal.review.selectors.rubric import RubricRow, rubric
from portal.review.selectors.sheets import current_values, outliers_in


@dataclass(frozen=True)
class Line:
    card: Card
    rubric: tuple[RubricRow, ...]
    opinion: str
    holes: tuple[str, ...]
    outliers: tuple[str, ...]

    @property
    def is_finished(self) -> bool:
        return self.card.state == TrialState.FINISHED


def lines_of(user_id: int, evaluation: Round) -> list[Line]:
    trials = list(
        trials_of(user_id, evaluation).prefetch_related("assignment__sheet__scores", "assignment__sheet__ticks")
    )
    sheets = [trial.assignment.sheet for trial in trials]
    lines = []
    for trial in trials:
        sheet = trial.assignment.sheet
        values = current_values(sheet)
        rows = tuple(rubric(sheet, values, strict=True))
        lines.append(
            Line(
                card=card_of(trial),
                rubric=rows,
                opinion=values["opinion"],
                holes=tuple(row.title for row in rows if row.fault),
                outliers=tuple(outliers_in(sheet, sheets)),
            )
        )
    return lines
