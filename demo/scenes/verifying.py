"""A verification session on team A: what of its dossier is shown, asked, answered, and published with its consent."""

from datetime import timedelta

from django.utils import timezone

from demo import cast
from demo.stage import Outcome, Stage, expect
from portal.common.viewer import Viewer
from portal.dossiers import actions
from portal.dossiers.enums import AttendeeKind, Part
from portal.dossiers.models import VerificationSession
from portal.dossiers.selectors.people import seats_for
from portal.dossiers.selectors.sessions import pieces_of

AGENDA = (
    ("제출 자료 확인", 10, Part.METADATA),
    ("참조 모델과의 가중치 비교", 30, Part.WEIGHTS),
    ("체크포인트와 예치", 20, Part.CHAIN),
    ("학습 로그", 30, Part.LOGS),
)
KEPT = "minutes-1"  # the one piece that the team does not agree to: a record may be published without it
MEMBERS = 3


def verify_in_public(stage: Stage) -> Outcome:
    """Plan, hold and publish one session; what was done before is found and not done again."""
    officer, manager = stage.viewer(cast.OFFICER), stage.viewer(cast.GARAM.manager)
    session = VerificationSession.objects.filter(entry=stage.entry(cast.GARAM)).first() or _prepared(stage, officer)
    if session.state == "planned":
        _hold(session, officer)
        session.refresh_from_db()
    if session.state == "held":
        words = {piece.key: actions.Word(piece.key != KEPT, piece.digest) for piece in pieces_of(session)}
        actions.give_consent(session, words=words, by=manager)
        session = actions.publish_record(session, by=officer)
    expect(session.state == "published", f"the verification session stands at {session.state}")
    shown = session.public_record["counts"]["exhibit"]["published"]
    return Outcome(
        f"공개 검증 기록 공개: 자료 {shown}건",
        f"record of a verification session, {shown} pieces of evidence",
        {"shown": shown},
    )


def _prepared(stage: Stage, officer: Viewer) -> VerificationSession:
    plan = actions.Plan(
        subject="학습 이력과 가중치의 공개 검증",
        purpose="제출된 자료를 정한 순서로 함께 살핀다. 점수와 순위는 다루지 않는다.",
        planned_for=timezone.now() + timedelta(minutes=5),
        place="세종청사 4동 회의실(시연)",
    )
    session = actions.plan_session(stage.entry(cast.GARAM), plan=plan, by=officer)
    for title, minutes, part in AGENDA:
        item = actions.add_item(session, title=title, minutes=minutes, by=officer)
        actions.show_part(item, part=part, by=officer)
    for membership in session.entry.consortium.memberships.order_by("pk"):
        actions.invite_member(session, membership=membership, by=officer)
    for seat in seats_for(session)[:MEMBERS]:
        actions.invite_seat(session, seat=seat, by=officer)
    actions.invite_officer(session, user=stage.user(cast.OFFICER), by=officer)
    actions.invite_institution(session, institution="측정 기관(가상)", role="참관", by=officer)
    return session


def _hold(session: VerificationSession, officer: Viewer) -> None:
    """Everybody comes; the panel asks, the team answers aloud, the office writes it down."""
    present = set(session.attendees.values_list("pk", flat=True))
    actions.hold_session(session, present=present, consent_days=7, by=officer)
    logs = session.agenda.last()
    question = actions.ask_in_session(
        session,
        text="학습을 다시 시작한 곳에서 손실이 이어지는 까닭을 설명해 주십시오.",
        asked_as=AttendeeKind.PANEL,
        item=logs,
        by=officer,
    )
    actions.answer_in_session(question, text="직전 체크포인트와 최적화기 상태에서 이어 학습했습니다.", by=officer)
    for text in ("안건 순서대로 자료를 제시하고 질의와 답변을 나누었다.", "더 확인할 것이 없어 검증을 마쳤다."):
        actions.write_minutes(session, text=text, by=officer)
