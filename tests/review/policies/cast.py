"""One person per way of standing to entry A of a phase, and one object per subject that is about entry A."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from portal.accounts.models import User
from portal.common.viewer import ANONYMOUS, Viewer, viewer_of_user
from portal.review import actions
from portal.review.enums import AppealGround, PanelKind
from portal.review.models import (
    Appeal,
    Decision,
    Declaration,
    Disqualification,
    Minutes,
    Notice,
    OutsideResult,
    Question,
    RecusalRequest,
    ScoreSheet,
    Tally,
    UnsuitableNaming,
    Verification,
)
from portal.review.policies import Subject
from tests.factories.accounts import make_user
from tests.factories.review import Scene, make_member, make_panel, make_seat


class Cast:
    """`people[name]` is None for the public. The phase has been played to its notices; the matrix sets its stage."""

    def __init__(self) -> None:
        self.scene = scene = Scene()
        self.entry, self.now = scene.entries[0], timezone.now()
        scene.notify()
        self.decision = Decision.objects.get(entry=self.entry)
        self.appeal_seat = make_seat(make_panel(scene.phase, kind=PanelKind.APPEAL, part=""), officer=scene.officer)
        undeclared = make_seat(scene.panel, officer=scene.officer, cleared=False)
        recused = make_seat(scene.panel, officer=scene.officer)
        Declaration.objects.filter(seat=recused).update(state="recused")
        self.people: dict[str, User | None] = {
            "owner": scene.seats[1].user,
            "chair": scene.seats[0].user,
            "colleague": scene.seats[2].user,
            "undeclared": undeclared.user,
            "recused": recused.user,
            "blind": self._blind_evaluator(),
            "appeal panel": self.appeal_seat.user,
            "officer": scene.officer,
            "decider": scene.decider,
            "auditor": scene.auditor,
            "every role": make_user("officer", "decider", "auditor", "operator", "reviewer"),
            "officer of a rival": make_member(
                scene.entries[1], user=make_user("officer", "decider", "auditor", "team")
            ),
            "operator": make_user("operator"),
            "stranger": make_user("reviewer"),
            "own team": scene.members[0],
            "rival team": scene.members[1],
            "public": None,
        }

    def _blind_evaluator(self) -> User:
        panel = make_panel(self.scene.phase, kind=PanelKind.USER)
        type(panel).objects.filter(pk=panel.pk).update(is_blind=True)
        return make_seat(panel, officer=self.scene.officer).user

    def viewer(self, who: str) -> Viewer:
        user = self.people[who]
        return ANONYMOUS if user is None else viewer_of_user(user)

    def objects(self) -> dict[Subject, Model]:
        """Each made once, and read with nothing cached."""
        made = {subject: make(self) for subject, make in MAKERS.items()}
        return {subject: type(row).objects.get(pk=row.pk) for subject, row in made.items()}  # type: ignore[attr-defined]


def _question(cast: Cast) -> Question:
    return Question.objects.create(
        entry=cast.entry, text="?", asked_by=cast.scene.officer, asked_at=cast.now, due_at=cast.now
    )


def _case(cast: Cast) -> Disqualification:
    return Disqualification.objects.create(
        entry=cast.entry, gate="originality", state="notified", grounds="의심", evidence=[],
        raised_by=cast.scene.officer, raised_at=cast.now, notified_at=cast.now, reply_due=cast.now,
    )  # fmt: skip


def _verification(cast: Cast) -> Verification:
    return Verification.objects.create(
        entry=cast.entry, reason="검증", opened_by=cast.scene.officer, opened_at=cast.now
    )


def _naming(cast: Cast) -> UnsuitableNaming:
    return UnsuitableNaming.objects.create(entry=cast.entry, person="?", reason="?", named_by=cast.scene.members[0])


def _challenge(cast: Cast) -> RecusalRequest:
    return RecusalRequest.objects.create(
        seat=cast.scene.seats[1], entry=cast.entry, ground="challenge", reason="?", lodged_by=cast.scene.members[0]
    )


def _appeal(cast: Cast) -> Appeal:
    """Lodged and referred, so that its panel reads it."""
    lodged = actions.lodge_appeal(
        cast.decision, ground=AppealGround.MISREADING, text="표 3", lodged_by=cast.scene.members[0]
    )
    actions.rule_on_admission(lodged, admit=True, reason="적격", ruled_by=cast.scene.officer)
    return actions.refer_appeal(lodged, panel=cast.appeal_seat.panel, referred_by=cast.scene.officer)


def _notice(cast: Cast) -> Notice:
    due = timezone.now() + timedelta(days=1)
    actions.ask_question(cast.entry, text="?", due_at=due, asked_by=cast.scene.officer)
    return Notice.objects.filter(entry=cast.entry, kind="question")[0]


MAKERS: dict[Subject, Callable[[Cast], Any]] = {
    Subject.EVIDENCE: lambda cast: cast.entry,
    Subject.SIDE_BY_SIDE: lambda cast: cast.scene.phase,
    Subject.DECLARATION: lambda cast: cast.scene.seats[1].declaration,
    Subject.NAMING: _naming,
    Subject.RECUSAL: _challenge,
    Subject.SHEET: lambda cast: ScoreSheet.objects.get(pk=cast.scene.sheet_of(1, 0).pk),
    Subject.COMPLETION: lambda cast: cast.scene.phase,
    Subject.QUESTION: _question,
    Subject.DISQUALIFICATION: _case,
    Subject.VERIFICATION: _verification,
    Subject.OUTSIDE_RESULT: lambda cast: OutsideResult.objects.get(entry=cast.entry),
    Subject.TALLY: lambda cast: Tally.objects.get(phase=cast.scene.phase),
    Subject.MINUTES: lambda cast: Minutes.objects.filter(panel=cast.scene.panel)[0],
    Subject.DECISION: lambda cast: cast.decision,
    Subject.OWN_RESULT: lambda cast: cast.entry,
    Subject.NOTICE: _notice,
    Subject.APPEAL: _appeal,
}
