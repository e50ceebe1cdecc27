"""A closed phase with a hand-in and a cleared panel, and verification sessions on it through the real actions."""

from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from portal.accounts.models import User
from portal.common.viewer import Viewer, viewer_of_user
from portal.consortia.models import Entry
from portal.dossiers import actions
from portal.dossiers.enums import AttendeeKind, Part
from portal.dossiers.models import VerificationSession
from portal.dossiers.selectors.sessions import pieces_of
from portal.review.enums import SeatKind
from portal.submissions.models import Submission
from tests.factories.accounts import make_user
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.custody import deposit
from tests.factories.programmes import make_phase
from tests.factories.review import make_panel, make_seat
from tests.factories.submissions import handed_in

SUBJECT = "학습 이력과 가중치의 공개 검증"


class Verified:
    """One entry of a phase that is being scored. `actors` puts given people into the roles, as in the access matrix.

    With a folder, small real files are handed in; without one only the row of a hand-in is there.
    """

    def __init__(self, *, actors: dict[str, User] | None = None, folder: Path | None = None) -> None:
        given = actors or {}
        self.officer = given.get("officer") or make_user("officer")
        self.manager = given.get("team") or make_user("team")
        consortium = make_consortium(manager=self.manager)
        self.entry: Entry = make_entry(make_phase("receiving"), consortium=consortium)
        deposit(self.entry, step=1000)
        if folder is not None:
            handed_in(self.entry, folder)
        else:
            Submission.objects.create(
                entry=self.entry,
                version=1,
                state="submitted",
                digest="d" * 64,
                document={},
                submitted_at=timezone.now(),
            )
        self.phase = self.entry.phase
        type(self.phase).objects.filter(pk=self.phase.pk).update(state="scoring")
        self.entry.refresh_from_db()
        self.phase.refresh_from_db()
        self.panel = make_panel(self.phase, name="전문가 평가위원회")
        self.seat = make_seat(self.panel, officer=self.officer, kind=SeatKind.CHAIR, user=given.get("reviewer"))

    @property
    def office(self) -> Viewer:
        return viewer_of_user(self.officer)

    @property
    def team(self) -> Viewer:
        return viewer_of_user(self.manager)

    def planned(self, *, subject: str = SUBJECT) -> VerificationSession:
        plan = actions.Plan(
            subject, "제출된 자료를 함께 살핀다.", timezone.now() + timedelta(days=3), "세종청사 4동 회의실"
        )
        return actions.plan_session(self.entry, plan=plan, by=self.office)

    def prepared(self) -> VerificationSession:
        """With an agenda of two points, evidence, and somebody of each body."""
        session = self.planned()
        first = actions.add_item(session, title="가중치 비교", minutes=20, by=self.office)
        second = actions.add_item(session, title="체크포인트와 예치", minutes=None, by=self.office)
        actions.show_part(first, part=Part.WEIGHTS, by=self.office)
        actions.show_part(second, part=Part.CHAIN, by=self.office)
        actions.invite_member(session, membership=self.entry.consortium.memberships.get(), by=self.office)
        actions.invite_seat(session, seat=self.seat, by=self.office)
        actions.invite_officer(session, user=self.officer, by=self.office)
        actions.invite_institution(session, institution="측정 기관", role="참관", by=self.office)
        return session

    def held(self) -> VerificationSession:
        """Begun with everybody there; one question with its answer, one paragraph of minutes."""
        session = self.prepared()
        present = set(session.attendees.values_list("pk", flat=True))
        session = actions.hold_session(session, present=present, consent_days=7, by=self.office)
        question = actions.ask_in_session(
            session, text="0단계 체크포인트는 언제 남겼나?", asked_as=AttendeeKind.PANEL, item=None, by=self.office
        )
        actions.answer_in_session(question, text="학습을 시작한 날 남겼다.", by=self.team)
        actions.write_minutes(session, text="가중치 비교 결과를 함께 읽었다.", by=self.office)
        return session

    def agree(self, session: VerificationSession, *, to: frozenset[str] | None = None) -> None:
        """Yes to the pieces of these keys, no to the others; yes to all where none are given."""
        words = {
            piece.key: actions.Word(agreed=to is None or piece.key in to, digest=piece.digest)
            for piece in pieces_of(session)
        }
        actions.give_consent(session, words=words, by=self.team)

    def published(self, *, to: frozenset[str] | None = None) -> VerificationSession:
        session = self.held()
        self.agree(session, to=to)
        return actions.publish_record(session, by=self.office)
