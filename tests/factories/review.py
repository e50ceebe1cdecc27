"""A phase on the way through review: rule set, teams, panel. Steps go through the real actions."""

import itertools
from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.common.formats.canonical import digest_of
from portal.consortia.enums import InstitutionRole
from portal.consortia.models import Consortium, ConsortiumInstitution, Entry, Institution, Membership
from portal.programmes.models import Phase, Programme, RuleSetVersion
from portal.review import actions
from portal.review.actions import Draft, OutsideFigure, SheetValues, Vote
from portal.review.enums import Basis, Outcome, PanelKind, SeatKind
from portal.review.models import Minutes, OutsideDocument, Panel, PanelSeat, ScoreSheet
from portal.review.selectors.panels import institutions_to_declare
from tests.factories.accounts import make_user

_numbers = itertools.count(1)
TEAMS = (("가람", "Garam"), ("누리", "Nuri"), ("다솜", "Dasom"))


def both(ko: str, en: str = "") -> dict[str, str]:
    return {"ko": ko, "en": en or ko}


def ruleset_document() -> dict:
    """Two criteria by three experts, one outside figure, one gate: small, and of the real schema."""
    return {
        "schema": "ruleset/1",
        "name": "test-rules",
        "title": both("시험 규칙", "Test rules"),
        "points": "100",
        "groups": [],
        "parts": [
            {
                "key": "expert",
                "title": both("전문가 평가", "Expert"),
                "points": "60",
                "kind": "sheets",
                "formula": {
                    "sheet": "sum",
                    "reviewers": "trimmed_mean",
                    "drop_highest": 1,
                    "drop_lowest": 1,
                    "points": "as_scored",
                },
                "criteria": [
                    {
                        "key": "strategy",
                        "title": both("개발 전략", "Strategy"),
                        "max": "40",
                        "step": "0.5",
                        "guide": both("계획의 충실성", "Fidelity to the plan"),
                        "anchors": [
                            {"at": "40", "text": both("탁월", "Excellent")},
                            {"at": "20", "text": both("보통", "Fair")},
                        ],
                    },
                    {"key": "impact", "title": both("파급 효과", "Impact"), "min": "0", "max": "20", "step": "5"},
                ],
                "minimum_sheets": 3,
                "panel": {"kind": "expert", "seats": 5, "quorum": 3},
            },
            {
                "key": "benchmark",
                "title": both("벤치마크", "Benchmark"),
                "points": "40",
                "kind": "measured",
                "formula": {"points": "over_scale", "scale": "100"},
                "items": [
                    {
                        "key": "index",
                        "title": both("종합 지수", "Index"),
                        "points": "40",
                        "source": {"kind": "outside_body", "body": "측정 기관"},
                    }
                ],
            },
        ],
        "rounding": {"mode": "half_up", "stage": "part", "places": 1, "average_places": 2, "average_total_places": 2},
        "tie_break": ["expert"],
        "gates": [
            {
                "key": "originality",
                "title": both("독자성", "Originality"),
                "dimensions": [
                    {"key": "technical", "title": both("기술", "Technical")},
                    {"key": "policy", "title": both("정책", "Policy")},
                ],
                "ticks": 2,
            }
        ],
        "vote": {"quorum": "majority_of_seated", "approval": "majority_of_seated"},
        "disclosure": {"ranks": {"public": "notified"}},
        "components": [],
        "assumptions": [],
        "publications": [],
    }


def make_phase(state: str = "scoring", *, document: dict | None = None) -> Phase:
    number = next(_numbers)
    programme = Programme.objects.create(slug=f"reviewed-programme-{number}", name_ko="사업", name_en="Programme")
    document = document or ruleset_document()
    version = RuleSetVersion.objects.create(
        programme=programme, version=1, name="test-rules", document=document, digest=digest_of(document)
    )
    now = timezone.now()
    return Phase.objects.create(
        programme=programme,
        number=1,
        slug=f"reviewed-phase-{number}",
        name_ko=f"{number}차 단계평가",
        name_en=f"Phase {number}",
        state=state,
        ruleset=version,
        seats=2,
        opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=1),
    )


def make_entry(phase: Phase, *, index: int = 0) -> Entry:
    number = next(_numbers)
    ko, en = TEAMS[index % len(TEAMS)]
    consortium = Consortium.objects.create(
        slug=f"reviewed-team-{number}", name_ko=f"{ko} 컨소시엄", name_en=f"{en} Consortium"
    )
    lead = Institution.objects.create(name_ko=f"{ko} 연구원", name_en=f"{en} Lab", registration_number=f"RV{number}")
    ConsortiumInstitution.objects.create(
        consortium=consortium, institution=lead, role=InstitutionRole.LEAD, accepted_at=timezone.now()
    )
    return Entry.objects.create(consortium=consortium, phase=phase, code="ABCDEFGH"[index], ruleset=phase.ruleset)


def make_member(entry: Entry, *, user: User | None = None) -> User:
    user = user or make_user("team")
    place = entry.consortium.places.first()
    Membership.objects.create(user=user, consortium=entry.consortium, institution=place.institution, role="manager")
    return user


def make_panel(phase: Phase, *, kind: PanelKind = PanelKind.EXPERT, part: str = "expert", name: str = "") -> Panel:
    return Panel.objects.create(phase=phase, kind=kind, part=part, name=name or f"panel {next(_numbers)}")


def make_seat(
    panel: Panel,
    *,
    officer: User,
    cleared: bool = True,
    kind: SeatKind = SeatKind.REGULAR,
    user: User | None = None,
) -> PanelSeat:
    seat = actions.seat_panel(panel, user=user or make_user("reviewer"), seated_by=officer, kind=kind)
    if cleared:
        declare_clear(seat)
    return PanelSeat.objects.select_related("declaration", "panel__phase").get(pk=seat.pk)


def declare_clear(seat: PanelSeat) -> None:
    answers = {place.key: None for place in institutions_to_declare(seat.panel.phase)}
    actions.declare(seat.declaration, declared_by=seat.user, interests=answers, pledged=range(1, 10))


def outside_document(phase: Phase, *, text: str = "측정 결과 보고서", by: User | None = None) -> OutsideDocument:
    """A document of another body, kept by the real action; the same text is the same document."""
    facts = {"body": "측정 기관", "title": "측정 결과", "name": "report.txt"}
    return actions.keep_outside_document(phase, chunks=[text.encode()], kept_by=by or make_user("officer"), **facts)


class Scene:
    """Three teams, three cleared experts with sheets, two officers, a decider and an auditor.

    `actors` puts given people into the roles: "team" is a member of entry A, "reviewer" holds the chair.
    """

    def __init__(
        self,
        *,
        entries: int = 3,
        experts: int = 3,
        actors: dict[str, User] | None = None,
        document: dict | None = None,
    ) -> None:
        given = actors or {}
        self.phase = make_phase(document=document)
        self.officer = given.get("officer") or make_user("officer")
        self.second_officer = make_user("officer")
        self.decider = given.get("decider") or make_user("decider")
        self.auditor = given.get("auditor") or make_user("auditor")
        self.entries = [make_entry(self.phase, index=index) for index in range(entries)]
        self.members = [make_member(entry) for entry in self.entries]
        if "team" in given:
            self.members[0] = make_member(self.entries[0], user=given["team"])
        self.panel = make_panel(self.phase, name="전문가 평가위원회")
        kinds = [SeatKind.CHAIR] + [SeatKind.REGULAR] * (experts - 1)
        people = [given.get("reviewer"), *[None] * (experts - 1)]
        self.seats = [
            make_seat(self.panel, officer=self.officer, kind=kind, user=user)
            for kind, user in zip(kinds, people, strict=True)
        ]
        self.sheets = [
            sheet
            for seat in self.seats
            for sheet in actions.assign(seat, entries=self.entries, assigned_by=self.officer)
        ]

    def sheet_of(self, seat: int, entry: int) -> ScoreSheet:
        return ScoreSheet.objects.get(assignment__seat=self.seats[seat], assignment__entry=self.entries[entry])

    def fill(self, sheet: ScoreSheet, *, strategy: str = "30", impact: str = "10", opinion: str = "") -> ScoreSheet:
        values = SheetValues(scores={"strategy": strategy, "impact": impact}, opinion=opinion)
        return actions.save_score(sheet, values=values, version=sheet.version, saved_by=sheet.assignment.seat.user)

    def sign_all(self) -> None:
        for number, sheet in enumerate(self.sheets):
            points = str(30 - number % len(self.entries))
            filled = self.fill(ScoreSheet.objects.get(pk=sheet.pk), strategy=points, opinion=f"의견 {number}")
            actions.sign_sheet(filled, signed_by=filled.assignment.seat.user)

    def measure(self) -> None:
        for number, entry in enumerate(self.entries):
            figure = OutsideFigure(
                "benchmark", "index", str(80 - 10 * number), outside_document(self.phase, by=self.officer)
            )
            result = actions.enter_outside_result(entry, figure=figure, entered_by=self.officer)
            actions.confirm_outside_result(result, confirmed_by=self.second_officer)

    def seal(self) -> None:
        self.sign_all()
        self.measure()
        actions.seal_phase(self.phase, sealed_by=self.officer)
        self.phase.refresh_from_db()

    def pass_gates(self) -> None:
        for entry in self.entries:
            if not entry.gate_rulings.exists() and not entry.disqualifications.exists():
                actions.pass_gate(entry, gate="originality", reason="증거 검토", ruled_by=self.officer)

    def tally(self) -> None:
        self.seal()
        self.pass_gates()
        actions.take_tally(self.phase, taken_by=self.officer)
        self.phase.refresh_from_db()

    def meeting(self, *, panel: Panel | None = None, votes_for: int | None = None) -> Minutes:
        panel = panel or self.panel
        seats = list(panel.seats.all())
        votes = len(seats) if votes_for is None else votes_for
        return actions.hold_meeting(
            panel,
            subject="의결",
            text="논의하고 의결함",
            held_at=timezone.now(),
            present=seats,
            vote=Vote(votes, len(seats) - votes),
            recorded_by=self.officer,
        )

    def decide(self, entry: Entry, outcome: Outcome, basis: Basis = Basis.RANK):
        draft = Draft(outcome, basis, "총점 순위에 따름")
        decision = actions.draft_decision(entry, draft=draft, drafted_by=self.officer)
        decision = actions.endorse_decision(decision, minutes=self.meeting(), endorsed_by=self.officer)
        return actions.approve_decision(decision, approved_by=self.decider)

    def decide_all(self) -> list:
        outcomes = [Outcome.ADVANCE] * (len(self.entries) - 1) + [Outcome.CUT]
        decisions = [self.decide(entry, outcome) for entry, outcome in zip(self.entries, outcomes, strict=True)]
        actions.decide_phase(self.phase, decided_by=self.decider)
        self.phase.refresh_from_db()
        return decisions

    def notify(self) -> None:
        self.tally()
        self.decide_all()
        actions.notify_phase(self.phase, notified_by=self.officer)
        self.phase.refresh_from_db()
