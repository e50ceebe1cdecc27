"""`visible_to` for lists: rows whose subject opens to the viewer. Lists go through the same table as single objects."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from portal.common.viewer import Viewer
from portal.review.models import (
    Appeal,
    Decision,
    Disqualification,
    Minutes,
    Notice,
    Question,
    RecusalRequest,
    ScoreSheet,
    Tally,
    UnsuitableNaming,
    Verification,
)
from portal.review.policies.scopes import Standing, audiences_in, scope_of, standing_of
from portal.review.policies.table import Subject, audiences_for

Row = TypeVar("Row", bound=Model)

SUBJECTS: dict[type[Model], tuple[Subject, tuple[str, ...]]] = {
    ScoreSheet: (Subject.SHEET, ("assignment__entry__phase", "assignment__seat__panel")),
    Question: (Subject.QUESTION, ("entry__phase", "answer")),
    Disqualification: (Subject.DISQUALIFICATION, ("entry__phase",)),
    Verification: (Subject.VERIFICATION, ("entry__phase",)),
    UnsuitableNaming: (Subject.NAMING, ("entry__phase",)),
    RecusalRequest: (Subject.RECUSAL, ("seat__panel__phase", "entry")),
    Tally: (Subject.TALLY, ("phase",)),
    Minutes: (Subject.MINUTES, ("panel__phase",)),
    Decision: (Subject.DECISION, ("phase", "entry__phase")),
    Notice: (Subject.NOTICE, ("entry__phase",)),
    Appeal: (Subject.APPEAL, ("decision__phase", "decision__entry__phase")),
}


def visible_to(viewer: Viewer, rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Of `rows` those the viewer may see now. A model without a subject raises KeyError: default deny.

    The viewer's standing is read once per phase, so the number of queries does not grow with the rows.
    """
    subject, related = SUBJECTS[rows.model]
    standings: dict[int, Standing] = {}
    seen = []
    for row in rows.select_related(*related):
        scope = scope_of(row)
        if scope.phase.pk not in standings:
            standings[scope.phase.pk] = standing_of(viewer, scope.phase)
        if audiences_in(standings[scope.phase.pk], scope) & audiences_for(subject, scope.phase.state):
            seen.append(row.pk)
    return rows.filter(pk__in=seen)
