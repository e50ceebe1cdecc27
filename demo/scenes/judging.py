"""The ministry's side: panels, declarations, sheets, the question to team B and its reply, seal, tally, decisions, the vacant seat."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from demo import cast
from demo.stage import Outcome, Stage, expect
from originality.models import OriginalityRun
from originality.selectors import comparisons_of
from portal.accounts.models import User
from portal.consortia.models import Entry
from portal.programmes.actions import move_phase
from portal.programmes.models import Phase
from portal.programmes.ruleset import Criterion
from portal.review.actions.decisions import Draft, approve_decision, draft_decision, endorse_decision
from portal.review.actions.findings import open_due_replies
from portal.review.actions.gates import (
    notify_disqualification,
    pass_gate,
    reply_to_disqualification,
    rule_on_disqualification,
)
from portal.review.actions.minutes import Vote, hold_meeting
from portal.review.actions.notifying import decide_phase, notify_phase
from portal.review.actions.panels import assign, create_panel, declare, seat_panel
from portal.review.actions.questions import answer_question, ask_question
from portal.review.actions.sealing import seal_phase, take_tally
from portal.review.actions.sheets import SheetValues, save_score, sign_sheet
from portal.review.actions.vacancies import draft_vacancy, open_additional_call
from portal.review.enums import Basis, DeclarationState, PanelKind, SheetState
from portal.review.enums import Outcome as Result
from portal.review.labels import PLEDGE
from portal.review.models import Decision, Disqualification, GateRuling, Minutes, Panel, PanelSeat, ScoreSheet, Tally
from portal.review.selectors.panels import institutions_to_declare
from portal.review.selectors.rules import criteria_of, scored_parts
from portal.submissions.enums import State
from portal.submissions.models import SubmissionRun

GATE = "originality"
SUSPECT_LEVEL = 2


def seat_the_panels(stage: Stage) -> Outcome:
    officer, phase = stage.user(cast.OFFICER), stage.phase
    if phase.state == "closed":
        move_phase(phase, "start_scoring", actor=stage.viewer(cast.OFFICER))
    people = {PanelKind.EXPERT: cast.EXPERTS, PanelKind.USER: cast.USERS}
    for part in scored_parts(phase):
        kind = PanelKind(part.panel.kind if part.panel else part.key)
        panel = Panel.objects.filter(phase=phase, kind=kind).first() or create_panel(
            phase, kind=kind, name=part.title.ko, part=part.key, created_by=officer
        )
        for person in people[kind]:
            _seat_declare_assign(panel, stage.user(person), officer)
    seats = PanelSeat.objects.filter(panel__phase=phase).count()
    return Outcome(f"평가위원 {seats}명 위촉, 이해관계 확인", f"{seats} reviewers seated, interests declared")


def _seat_declare_assign(panel: Panel, user: User, officer: User) -> None:
    seat = panel.seats.filter(user=user).first() or seat_panel(panel, user=user, seated_by=officer)
    if seat.declaration.state == DeclarationState.MISSING:
        interests = {place.key: None for place in institutions_to_declare(panel.phase)}
        declare(seat.declaration, declared_by=user, interests=interests, pledged=range(1, len(PLEDGE) + 1))
    assign(seat, entries=Entry.objects.filter(phase=panel.phase), assigned_by=officer)


def score_and_sign(stage: Stage) -> Outcome:
    sheets = ScoreSheet.objects.filter(assignment__entry__phase=stage.phase, state=SheetState.DRAFT)
    skills = {team.slug: team.skill for team in cast.TEAMS}
    for sheet in sheets.select_related("assignment__seat__user", "assignment__entry__consortium"):
        user, team = sheet.assignment.seat.user, sheet.assignment.entry.consortium.slug
        scores = {
            criterion.key: _score(criterion, skills[team], seed=f"{user.pk}{team}{criterion.key}")
            for criterion in criteria_of(sheet)
        }
        values = SheetValues(scores=scores, opinion="시연용 의견입니다.")
        saved = save_score(sheet, values=values, version=sheet.version, saved_by=user)
        sign_sheet(saved, signed_by=user, version=saved.version)
    signed = ScoreSheet.objects.filter(assignment__entry__phase=stage.phase, state=SheetState.SIGNED).count()
    return Outcome(f"평가표 {signed}부 서명", f"{signed} sheets signed", {"sheets": signed})


def _score(criterion: Criterion, skill: int, *, seed: str) -> str:
    """A scripted opinion: around the team's skill of ten, differing by person and criterion, on the criterion's own steps."""
    step = criterion.step or Decimal("0.1")
    spread = sum(seed.encode()) % 5 - 2  # -2 … 2 tenths of the range
    share = min(Decimal(1), max(Decimal(0), Decimal(10 * skill + 7 * spread) / 100))
    steps = ((criterion.maximum - criterion.minimum) * share / step).to_integral_value()
    return str(criterion.minimum + steps * step)


def hear_team_b(stage: Stage) -> Outcome:
    """What the evidence says leads to a question, a right of reply and a ruling by vote; nothing rules by itself."""
    levels = {team.slug: _highest_level(stage.entry(team)) for team in cast.TEAMS}
    expect(levels["nuri"] >= SUSPECT_LEVEL, f"team B came out at level {levels['nuri']}")
    expect(levels["garam"] == 0 and levels["dasom"] == 0, f"honest teams came out at {levels}")
    officer, phase = stage.user(cast.OFFICER), stage.phase
    entry, manager = stage.entry(cast.NURI), stage.user(cast.NURI.manager)
    if not entry.questions.exists():
        question = ask_question(
            entry,
            text="제출한 모델의 초기 가중치(0단계 체크포인트)와 초기화 방법을 설명해 주십시오.",
            due_at=timezone.now() + timedelta(days=3),
            asked_by=officer,
        )
        answer_question(question, text="0단계 체크포인트는 보관하지 않았습니다.", answered_by=manager)
    case = _notified(stage, entry)
    if case.state == "notified":
        reply_to_disqualification(
            case, text="공개 모델에서 시작해 추가 학습한 사실을 신고하지 않았습니다.", replied_by=manager
        )
        case.refresh_from_db()
    if case.state == "replied":
        minutes = _meet(stage, subject="독자성 결격 심의", text="증거와 소명을 검토하고 표결함.")
        rule_on_disqualification(
            case,
            uphold=True,
            minutes=minutes,
            reason="참조 모델과 공통 기원인 모듈이 확인되었고 팀이 이를 인정함.",
            ruled_by=stage.user(cast.DECIDER),
        )
    for team in (cast.GARAM, cast.DASOM):
        if not GateRuling.objects.filter(entry=stage.entry(team), gate=GATE).exists():
            pass_gate(
                stage.entry(team), gate=GATE, reason="검출 한계를 넘는 흔적이 없음.", ruled_by=stage.user(cast.DECIDER)
            )
    expect(phase.entries.filter(gate_rulings__verdict="fail").count() == 1, "exactly one entry fails the gate")
    return Outcome(
        "누리: 질의·소명 후 결격 의결 (게이트)", "Nuri: question, reply, ruled out by the gate", {"levels": levels}
    )


def _notified(stage: Stage, entry: Entry) -> Disqualification:
    """The finding has opened the procedure, at the latest now; the officer tells the team and sets its time."""
    open_due_replies()
    case = Disqualification.objects.get(entry=entry, gate=GATE)
    if case.state != "raised":
        return case
    due = timezone.now() + timedelta(days=5)
    return notify_disqualification(case, reply_due=due, notified_by=stage.user(cast.OFFICER))


def _reports(entry: Entry) -> QuerySet[OriginalityRun]:
    rows = SubmissionRun.objects.filter(submission__entry=entry, submission__state=State.SUBMITTED)
    return OriginalityRun.objects.filter(pk__in=rows.values("originality"))


def _highest_level(entry: Entry) -> int:
    return max(row.level for report in _reports(entry) for row in comparisons_of(report))


def _meet(stage: Stage, *, subject: str, text: str) -> Minutes:
    """A meeting of the expert panel where everybody came and one member was against."""
    panel = Panel.objects.get(phase=stage.phase, kind=PanelKind.EXPERT)
    present = list(panel.seats.all())
    return hold_meeting(
        panel,
        subject=subject,
        text=text,
        held_at=timezone.now(),
        present=present,
        vote=Vote(votes_for=len(present) - 1, votes_against=1),
        recorded_by=stage.user(cast.OFFICER),
        dissent="소수의견: 추가 자료를 더 받자는 의견이 있었음.",
    )


def seal_and_tally(stage: Stage) -> Outcome:
    officer = stage.user(cast.OFFICER)
    if stage.phase.state == "scoring":
        seal_phase(stage.phase, sealed_by=officer)
    if stage.phase.state == "sealed":
        take_tally(stage.phase, taken_by=officer)
    tally = Tally.objects.filter(phase=stage.phase).latest("version")
    return Outcome(
        f"집계 {tally.version}판, SHA-256 {tally.digest[:12]}…",
        f"tally v{tally.version}, SHA-256 {tally.digest[:12]}…",
        {"tally": tally.digest},
    )


def decide_and_notify(stage: Stage) -> Outcome:
    """B by the gate, then by rank among the eligible: the first advances, the last is cut; one seat of two stays vacant."""
    if stage.phase.state == "tallied":
        results = {
            cast.GARAM: Draft(Result.ADVANCE, Basis.RANK, "적격 참가 가운데 1위로 다음 단계에 진출함."),
            cast.NURI: Draft(Result.DISQUALIFY, Basis.GATE, "독자성 기준을 충족하지 못해 순위와 관계없이 탈락함."),
            cast.DASOM: Draft(
                Result.CUT, Basis.RANK, "적격 참가 가운데 최하위로 탈락함. 한국어 자료 구축은 높이 평가함."
            ),
        }
        minutes = _meet(stage, subject="단계평가 결과 의결", text="집계표를 확인하고 참가별 결과를 의결함.")
        for team, draft in results.items():
            if not stage.entry(team).decisions.exists():
                _carry(
                    stage, draft_decision(stage.entry(team), draft=draft, drafted_by=stage.user(cast.OFFICER)), minutes
                )
        decide_phase(stage.phase, decided_by=stage.user(cast.DECIDER))
    if stage.phase.state == "decided":
        notify_phase(stage.phase, notified_by=stage.user(cast.OFFICER))
    states = {team.slug: stage.entry(team).state for team in cast.TEAMS}
    expect(states == {"garam": "advanced", "nuri": "disqualified", "dasom": "cut"}, f"entries ended as {states}")
    return Outcome(
        "가람 진출, 누리 결격, 다솜 탈락", "Garam advances, Nuri disqualified, Dasom cut", {"decisions": states}
    )


def _carry(stage: Stage, decision: Decision, minutes: Minutes) -> Decision:
    endorsed = endorse_decision(decision, minutes=minutes, endorsed_by=stage.user(cast.OFFICER))
    return approve_decision(endorsed, approved_by=stage.user(cast.DECIDER))


def open_the_vacant_seat(stage: Stage) -> Outcome:
    officer = stage.user(cast.OFFICER)
    vacancy = Decision.objects.filter(phase=stage.phase, outcome=Result.VACATE_SEAT).first()
    if vacancy is None:
        draft = draft_vacancy(
            stage.phase,
            seats=1,
            public_rationale="결격으로 비게 된 한 자리를 추가 공모로 채우기로 함.",
            drafted_by=officer,
        )
        vacancy = _carry(stage, draft, _meet(stage, subject="결원 처리", text="추가 공모를 하기로 함."))
    following = Phase.objects.get(programme=stage.phase.programme, number=2)
    call = following.calls.first() or open_additional_call(
        vacancy, phase=following, closes_at=timezone.now() + timedelta(days=20), opened_by=officer
    )
    return Outcome(
        f"결원 1석, 추가 공모 {call.get_state_display()}",
        f"1 seat vacant, additional call {call.state}",
        {"call": call.state},
    )
