"""Reviewers, teams and staff: a phase while it is scored, one that is tallied, and one after the notice."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from portal.review import actions
from portal.review.enums import AppealGround, PanelKind
from portal.review.models import Decision, Disqualification, Minutes, Notice, Question
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.review import Scene, make_panel, make_phase, make_seat
from tests.factories.traces import logs_of, make_trace


def path(name: str, **kwargs: int) -> str:
    return reverse(name, kwargs=kwargs)


def pages() -> Iterator[Page]:
    yield from _while_scored()
    yield from _tallied()
    yield from _notified()
    empty = make_phase("closed")
    officer = make_user("officer", name="사업 담당 2")
    yield Page("ops-phase-empty", path("ops:phase", phase_id=empty.pk), officer)
    yield Page("ops-panels-empty", path("ops:panels", phase_id=empty.pk), officer)
    yield Page("ops-minutes-empty", path("ops:minutes_list", phase_id=empty.pk), officer)


def _while_scored() -> Iterator[Page]:
    scene = Scene()
    owner, officer, member = scene.seats[0].user, scene.officer, scene.members[0]
    scene.fill(scene.sheet_of(0, 0), opinion="토크나이저를 직접 학습한 점이 돋보인다.")
    signed = scene.fill(scene.sheet_of(0, 1))
    actions.sign_sheet(signed, signed_by=owner)
    newcomer = make_seat(scene.panel, officer=officer, cleared=False)
    soon = timezone.now() + timedelta(days=3)
    question = actions.ask_question(scene.entries[0], text="학습 데이터의 출처는?", due_at=soon, asked_by=officer)
    case = _case(scene, entry=0)
    yield Page("review-home", path("review:home"), owner)
    yield Page("review-home-undeclared", path("review:home"), newcomer.user)
    yield Page("review-declaration", path("review:declaration", seat_id=newcomer.pk), newcomer.user)
    yield Page("review-declaration-made", path("review:declaration", seat_id=scene.seats[0].pk), owner)
    yield Page("review-sheet", path("review:sheet", sheet_id=scene.sheet_of(0, 0).pk), owner)
    yield Page("review-sign-off", path("review:sign", sheet_id=scene.sheet_of(0, 0).pk), owner)
    yield Page("review-sign-off-holes", path("review:sign", sheet_id=scene.sheet_of(0, 2).pk), owner)
    yield Page("review-signed", path("review:sign", sheet_id=signed.pk), owner)
    yield Page("review-print", path("review:print", sheet_id=signed.pk), owner)
    yield Page("review-comparison", path("review:comparison", seat_id=scene.seats[0].pk), owner)
    yield Page("team-matters", path("review:matters", entry_id=scene.entries[0].pk), member)
    yield Page("team-question", path("review:question", question_id=question.pk), member)
    yield Page("team-reply", path("review:reply", disqualification_id=case.pk), member)
    yield Page("team-result-early", path("review:result", entry_id=scene.entries[0].pk), member, status=403)
    yield Page("ops-home", path("ops:home"), officer)
    yield Page("ops-phase-scoring", path("ops:phase", phase_id=scene.phase.pk), officer)
    yield Page("ops-panels", path("ops:panels", phase_id=scene.phase.pk), officer)
    yield Page("ops-declaration", path("ops:declaration", declaration_id=newcomer.declaration.pk), officer)
    yield Page("ops-seal-holes", path("ops:seal", phase_id=scene.phase.pk), officer)
    yield Page("ops-gates", path("ops:gates", phase_id=scene.phase.pk), officer)
    yield Page("ops-entry", path("ops:entry", phase_id=scene.phase.pk, entry_id=scene.entries[0].pk), officer)
    yield Page("ops-case", path("ops:disqualification", disqualification_id=case.pk), officer)
    yield Page("ops-figures", path("ops:outside_results", phase_id=scene.phase.pk), officer)


def _case(scene: Scene, *, entry: int) -> Disqualification:
    case = actions.raise_disqualification(
        scene.entries[entry],
        gate="originality",
        grounds="참조 모델과 부호가 일치하는 비율이 우연 수준을 크게 넘습니다.",
        evidence=[{"reference": "run 7", "note": "z = 41"}],
        raised_by=scene.officer,
    )
    due = timezone.now() + timedelta(days=3)
    return actions.notify_disqualification(case, reply_due=due, notified_by=scene.officer)


def _tallied() -> Iterator[Page]:
    scene = Scene()
    case = _case(scene, entry=1)
    actions.reply_to_disqualification(case, text="초기화부터 다시 학습했습니다.", replied_by=scene.members[1])
    scene.tally()
    yield Page("ops-case-replied", path("ops:disqualification", disqualification_id=case.pk), scene.officer)
    yield Page("ops-tally", path("ops:tally", phase_id=scene.phase.pk), scene.officer)
    for number, entry in enumerate(scene.entries):
        make_trace(entry, logs=logs_of(20_000, seed=number, every=number + 1))
    yield Page("review-curves", path("review:curves", phase_id=scene.phase.pk), scene.seats[0].user)
    yield Page("ops-decisions-empty", path("ops:decisions", phase_id=scene.phase.pk), scene.officer)
    yield Page("ops-figures-confirmed", path("ops:outside_results", phase_id=scene.phase.pk), scene.auditor)
    yield Page(
        "ops-record-minutes",
        path("ops:record_minutes", phase_id=scene.phase.pk, panel_id=scene.panel.pk),
        scene.officer,
    )


def _notified() -> Iterator[Page]:
    scene = Scene()
    soon = timezone.now() + timedelta(days=3)
    actions.ask_question(scene.entries[2], text="재현 방법은?", due_at=soon, asked_by=scene.officer)
    actions.answer_question(
        Question.objects.get(entry=scene.entries[2]), text="첨부한 대로", answered_by=scene.members[2]
    )
    scene.notify()
    vacancy = actions.draft_vacancy(scene.phase, seats=1, public_rationale="한 자리가 비었음", drafted_by=scene.officer)
    vacancy = actions.endorse_decision(vacancy, minutes=scene.meeting(), endorsed_by=scene.officer)
    vacancy = actions.approve_decision(vacancy, approved_by=scene.decider)
    decision = Decision.objects.get(entry=scene.entries[2])
    appeal = actions.lodge_appeal(
        decision, ground=AppealGround.MISREADING, text="표 3을 잘못 읽음", lodged_by=scene.members[2]
    )
    make_panel(scene.phase, kind=PanelKind.APPEAL, part="", name="이의신청 평가위원회")
    notice = Notice.objects.filter(entry=scene.entries[2], kind="question").get()
    first = Decision.objects.get(entry=scene.entries[0])
    yield Page("ops-phase-notified", path("ops:phase", phase_id=scene.phase.pk), scene.officer)
    yield Page("ops-minutes-list", path("ops:minutes_list", phase_id=scene.phase.pk), scene.officer)
    yield Page(
        "ops-minutes", path("ops:minutes", minutes_id=Minutes.objects.filter(panel=scene.panel)[0].pk), scene.officer
    )
    yield Page("ops-decisions", path("ops:decisions", phase_id=scene.phase.pk), scene.decider)
    yield Page("ops-decision", path("ops:decision", decision_id=decision.pk), scene.officer)
    yield Page("ops-vacancy", path("ops:decision", decision_id=vacancy.pk), scene.officer)
    yield Page("ops-notices", path("ops:notices", phase_id=scene.phase.pk), scene.officer)
    yield Page("ops-appeals", path("ops:appeals", phase_id=scene.phase.pk), scene.auditor)
    yield Page("ops-appeal", path("ops:appeal", appeal_id=appeal.pk), scene.officer)
    yield Page("team-result", path("review:result", entry_id=scene.entries[0].pk), scene.members[0])
    yield Page("team-objection", path("review:objection", decision_id=first.pk), scene.members[0])
    yield Page("team-objection-lodged", path("review:objection", decision_id=decision.pk), scene.members[2])
    yield Page("team-matters-notified", path("review:matters", entry_id=scene.entries[2].pk), scene.members[2])
    yield Page("team-notice", path("review:notice", notice_id=notice.pk), scene.members[2])
