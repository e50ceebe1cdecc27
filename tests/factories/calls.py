"""A call on its way: opened, applied to, closed, judged, decided. Steps go through the real actions."""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.calls import actions
from portal.calls.actions import Answer, CallFacts, Content, Meeting, Terms
from portal.calls.models import Application, Committee
from portal.calls.selectors.judging import institutions_behind
from portal.consortia.enums import InstitutionRole
from portal.consortia.models import Consortium, ConsortiumInstitution, Membership
from portal.programmes.models import Call, Phase
from portal.review.actions import Vote
from portal.review.enums import PanelKind
from portal.review.models import PanelSeat
from tests.factories.accounts import make_user
from tests.factories.consortia import make_consortium, make_institution
from tests.factories.programmes import make_phase as make_open_phase
from tests.factories.review import make_panel, make_seat

PLAN = "전 과정을 처음부터 학습하는 700억 매개변수 모델을 6개월 안에 만든다."
TERMS = Terms(
    name_ko="2차 단계평가 추가 공모",
    name_en="Additional call for phase 2",
    text_ko="빈 자리를 채울 컨소시엄을 찾습니다.",
    text_en="A consortium is sought for the vacant seat.",
    requirements=(
        ("국내 법인이 주관기관이다.", "The lead institution is a domestic corporation."),
        ("참여제한 중인 기관이 없다.", "No institution is barred from national programmes."),
    ),
)


def with_member(consortium: Consortium) -> tuple[ConsortiumInstitution, User]:
    """A member institution that has accepted, with its own contact."""
    place = ConsortiumInstitution.objects.create(
        consortium=consortium,
        institution=make_institution(),
        role=InstitutionRole.MEMBER,
        accepted_at=timezone.now(),
        starts=timezone.localdate(),
    )
    contact = make_user("team")
    Membership.objects.create(user=contact, consortium=consortium, institution=place.institution)
    return place, contact


class CallScene:
    """Two applicants, a committee of three, an officer and a decider. `actors` puts given people into the roles."""

    def __init__(
        self, *, phase: Phase | None = None, terms: Terms = TERMS, seats: int = 1, actors: dict[str, User] | None = None
    ) -> None:
        given = actors or {}
        self.phase = phase or make_open_phase("rules_frozen")
        self.officer = given.get("officer") or make_user("officer")
        self.decider = given.get("decider") or make_user("decider")
        self.managers = [given.get("team") or make_user("team"), make_user("team")]
        self.consortia = [make_consortium(manager=manager) for manager in self.managers]
        now = timezone.now()
        facts = CallFacts(
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=5),
            seats=seats,
            reason="한 자리가 비었다.",
        )
        self.call = actions.draft_call(self.phase, facts=facts, terms=terms, drafted_by=self.officer)
        self.reviewer = given.get("reviewer")
        self.committee: Committee | None = None
        self.seats: list[PanelSeat] = []

    def open(self) -> Call:
        actions.open_call(self.call, opened_by=self.officer)
        return self.fresh()

    def fresh(self) -> Call:
        self.call = Call.objects.select_related("phase__programme", "phase__ruleset").get(pk=self.call.pk)
        return self.call

    def draft(self, index: int = 0, *, plan: str = PLAN) -> Application:
        application = actions.open_application(
            self.call, consortium=self.consortia[index], opened_by=self.managers[index]
        )
        content = Content(plan=plan, confirmed=[row.number for row in self.call.requirements.all()])
        return actions.save_application(
            application, content=content, revision=application.revision, saved_by=self.managers[index]
        )

    def apply(self, index: int = 0) -> Application:
        application = self.draft(index)
        actions.hand_in(application, handed_in_by=self.managers[index])
        return Application.objects.select_related("call", "consortium").get(pk=application.pk)

    def close(self) -> Call:
        actions.close_call(self.call, closed_by=self.officer, reason="시험")
        return self.fresh()

    def name_committee(self, *, members: int = 3, cleared: bool = True) -> Committee:
        panel = make_panel(self.phase, kind=PanelKind.COMMITTEE, part="", name="선정위원회")
        people = [self.reviewer, *[None] * (members - 1)]
        self.seats = [make_seat(panel, officer=self.officer, user=user) for user in people]
        self.committee = actions.name_committee(self.call, panel=panel, named_by=self.officer)
        if cleared:
            for seat in self.seats:
                self.clear(seat)
        return self.committee

    def clear(self, seat: PanelSeat) -> None:
        answers = {row.key: None for row in institutions_behind(self.call)}
        actions.declare_interests(self.committee, seat=seat, answers=answers, declared_by=seat.user)

    def check_all(self) -> None:
        met = {row.number: Answer(met=True) for row in self.call.requirements.all()}
        for application in Application.objects.filter(call=self.call, state="handed_in").select_related("call"):
            actions.check_eligibility(application, answers=met, checked_by=self.officer)

    def meeting(self, *approvals: int, resolution: int | None = None) -> Meeting:
        """`approvals[n]` of the members approve of the n-th application; the others are against."""
        size = len(self.seats)
        rows = Application.objects.filter(call=self.call, state="handed_in").order_by("pk")
        votes = {row.pk: Vote(count, size - count) for row, count in zip(rows, approvals, strict=True)}
        carried = size if resolution is None else resolution
        return Meeting(
            subject="추가 공모 선정 의결",
            text="신청서를 검토하고 표결함",
            held_at=timezone.now(),
            present=self.seats,
            resolution=Vote(carried, size - carried),
            votes=votes,
        )

    def judge(self, *approvals: int) -> None:
        """Applications closed, checked and voted on."""
        self.close()
        self.name_committee()
        self.check_all()
        actions.record_judgement(self.call, meeting=self.meeting(*approvals), recorded_by=self.officer)
        self.fresh()

    def decide(self) -> None:
        from portal.review.actions import approve_decision

        decision = actions.draft_call_decision(self.call, public_rationale="표결 결과에 따름", drafted_by=self.officer)
        approve_decision(decision, approved_by=self.decider)

    def carry_out(self) -> None:
        self.decide()
        actions.carry_out_selection(self.call, carried_out_by=self.officer)
        self.fresh()
