"""A blind evaluation: teams with served models, a panel of users, a round. Steps go through the real actions."""

from collections.abc import Sequence
from decimal import Decimal

from portal.accounts.models import User
from portal.console import actions
from portal.console.actions import EndpointData, RoundTerms
from portal.console.models import Endpoint, EndpointCheck, Round, Trial
from portal.review.actions import SheetValues
from portal.review.enums import PanelKind
from portal.review.models import ScoreSheet
from tests.factories.accounts import make_user
from tests.factories.review import both, make_entry, make_member, make_panel, make_phase, make_seat, ruleset_document

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens there


def user_rules() -> dict:
    """Two criteria of one to five points by users, nothing else."""
    part = {
        "key": "user",
        "title": both("사용자 평가", "User"),
        "points": "100",
        "kind": "sheets",
        "formula": {"sheet": "mean", "reviewers": "mean", "points": "over_scale", "scale": "5"},
        "criteria": [
            {
                "key": "quality",
                "title": both("답의 품질", "Quality of the answers"),
                "min": "1",
                "max": "5",
                "step": "1",
            },
            {"key": "use", "title": both("쓸모", "Usefulness"), "min": "1", "max": "5", "step": "1"},
        ],
        "minimum_sheets": 1,
        "panel": {"kind": "user", "seats": 3, "quorum": 1},
    }
    return {**ruleset_document(), "parts": [part], "tie_break": ["user"], "gates": []}


def terms(**changes: object) -> RoundTerms:
    """Quick ones: no least time, answers at every tenth of one."""
    quick = {
        "guide_ko": "같은 질문을 해 보세요.",
        "guide_en": "Ask the same.",
        "minimum_seconds": 0,
        "pace_seconds": Decimal("0.1"),
    }
    return RoundTerms(**{**quick, "answer_seconds": 5, **changes})


class Evaluation:
    """Teams 가람, 누리, 다솜 with models at `addresses`, cleared evaluators, and a round in the state `open`.

    `actors` puts given people into the roles: "team" belongs to entry A, "reviewer" is the first evaluator.
    """

    def __init__(
        self,
        addresses: Sequence[str] = (NOWHERE, NOWHERE),
        *,
        evaluators: int = 1,
        actors: dict[str, User] | None = None,
        opened: bool = True,
        round_terms: RoundTerms | None = None,
    ) -> None:
        given = actors or {}
        self.phase = make_phase(document=user_rules())
        self.officer = given.get("officer") or make_user("officer")
        self.entries = [make_entry(self.phase, index=index) for index in range(len(addresses))]
        self.members = [make_member(entry) for entry in self.entries]
        if "team" in given:
            self.members[0] = make_member(self.entries[0], user=given["team"])
        self.panel = make_panel(self.phase, kind=PanelKind.USER, part="user", name="사용자 평가단")
        people = [given.get("reviewer"), *[None] * (evaluators - 1)]
        self.seats = [make_seat(self.panel, officer=self.officer, user=user) for user in people]
        self.endpoints = [self.serve(number, address) for number, address in enumerate(addresses)]
        self.round = actions.draft_round(self.panel, terms=round_terms or terms(), drafted_by=self.officer)
        if opened:
            self.open()

    def serve(self, number: int, address: str) -> Endpoint:
        """Entered by staff and marked as having answered: the round may open although nothing is asked here."""
        data = EndpointData(
            base_url=address, model=f"maker-{number}/Model-{number}-7B", key=f"key-{number}", reason="-"
        )
        endpoint = actions.enter_endpoint(self.entries[number], data=data, entered_by=self.officer)
        EndpointCheck.objects.create(endpoint=endpoint, checked_by=self.officer)
        return endpoint

    def open(self) -> None:
        actions.open_round(self.round, opened_by=self.officer)
        self.round = Round.objects.get(pk=self.round.pk)

    def evaluator(self, seat: int = 0) -> User:
        return self.seats[seat].user

    def trials(self, seat: int = 0) -> list[Trial]:
        """In the evaluator's own order."""
        return list(Trial.objects.filter(assignment__seat=self.seats[seat]).order_by("position"))

    def trial_of(self, entry: int, seat: int = 0) -> Trial:
        return Trial.objects.get(assignment__seat=self.seats[seat], assignment__entry=self.entries[entry])

    def begin(self, position: int = 1, seat: int = 0) -> Trial:
        return actions.begin(self.trials(seat)[position - 1], begun_by=self.evaluator(seat))

    def rate(self, trial: Trial, *, quality: str = "4", use: str = "3", opinion: str = "") -> ScoreSheet:
        trial = Trial.objects.get(pk=trial.pk)
        sheet = trial.assignment.sheet
        values = SheetValues(scores={"quality": quality, "use": use}, opinion=opinion)
        return actions.rate(trial, values=values, version=sheet.version, rated_by=trial.assignment.seat.user)

    def talk(self, trial: Trial, text: str = "1+1?") -> None:
        """One question through the real network; its answer is kept."""
        user = trial.assignment.seat.user
        question = actions.put_question(trial, text=text, number=trial.questions.count() + 1, put_by=user)
        assert question is not None
        actions.answer_question(question)

    def finish_all(self, seat: int = 0) -> None:
        for trial in self.trials(seat):
            begun = actions.begin(trial, begun_by=self.evaluator(seat))
            self.talk(begun)
            self.rate(begun)
            actions.finish(begun, finished_by=self.evaluator(seat))
