"""The session through its pages: the officer plans and runs it, the team answers and agrees, the public reads the record."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.common.formats.canonical import digest_of
from portal.dossiers.models import VerificationSession
from portal.dossiers.selectors.sessions import pieces_of
from portal.review.models import Declaration
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import join
from tests.factories.dossiers import SUBJECT, Verified
from tests.factories.review import make_panel, make_seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Verified()


def in_days(days):
    return (timezone.localtime() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def test_from_the_plan_to_the_public_record(client, scene):
    sign_in(client, scene.officer)
    plan = {"subject": SUBJECT, "purpose": "자료를 함께 살핀다", "planned_for": in_days(3), "place": "회의실"}
    assert client.post(reverse("ops_dossiers:plan", args=[scene.entry.pk]), plan).status_code == 302
    session = VerificationSession.objects.get()
    office = reverse("ops_dossiers:session", args=[session.pk])

    def send(**form):
        assert client.post(office, form).status_code == 302, form

    send(do="item", title="가중치", minutes="20")
    send(do="item", title="체크포인트")
    first, second = session.agenda.all()
    send(do="show", item=first.pk, part="weights")
    send(do="show", item=second.pk, part="chain")
    send(do="up", key=second.pk)
    send(do="member", membership=scene.entry.consortium.memberships.get().pk)
    send(do="seat", seat=scene.seat.pk)
    send(do="institution", institution="측정 기관", role="참관")
    send(do="officer", user=scene.officer.pk)
    send(do="strike", key=session.attendees.get(kind="office").pk)
    send(do="reschedule", planned_for=in_days(5), place="대회의실", reason="일정 조정")
    send(do="hold", present=list(session.attendees.values_list("pk", flat=True)), consent_days="7")
    send(do="ask", asked_as="panel", item=second.pk, text="언제 예치했나?")
    send(do="minutes", text="질문과 답변을 나누었다.")
    send(do="strike", key=session.attendees.first().pk)  # of an old page: refused, and said
    assert session.attendees.count() == 3

    sign_in(client, scene.manager)
    page = reverse("dossiers:session", args=[session.pk])
    question = session.questions.get()
    assert client.post(page, {"question": question.pk, "text": " "}).status_code == 422
    assert client.post(page, {"question": question.pk, "text": "매주 예치했다"}).status_code == 302
    words = {f"{piece.key}-digest": piece.digest for piece in pieces_of(session)}
    words |= {"exhibit-1": "no", "exhibit-2": "yes", "question-1": "yes", "minutes-1": "yes"}
    client.post(reverse("dossiers:consent", args=[session.pk]), words)

    sign_in(client, scene.officer)
    client.post(reverse("ops_dossiers:publish", args=[session.pk]))
    client.logout()
    public = client.get(reverse("verifications:record", args=[session.pk])).content.decode()
    record = client.get(reverse("verifications:record_document", args=[session.pk])).json()
    session.refresh_from_db()
    assert "매주 예치했다" in public
    assert session.exhibits.get(number=1).digest not in public + json.dumps(record)
    assert digest_of(record) == session.digest
    assert SUBJECT in client.get(reverse("verifications:home")).content.decode()


def test_the_team_and_the_panel_read_no_name_of_the_others(client, scene):
    session = scene.prepared()
    for reader, hidden in ((scene.manager, scene.seat.user), (scene.seat.user, scene.officer)):
        sign_in(client, reader)
        page = client.get(reverse("dossiers:session", args=[session.pk])).content.decode()
        assert hidden.email not in page
        assert hidden.name not in page
    sign_in(client, make_user("auditor"))
    assert scene.seat.user.name in client.get(reverse("ops_dossiers:session", args=[session.pk])).content.decode()


def test_a_member_who_is_no_manager_is_shown_no_choice_and_is_refused(client, scene):
    session = scene.held()
    member = make_user("team")
    join(scene.entry.consortium, user=member)
    sign_in(client, member)
    page = client.get(reverse("dossiers:session", args=[session.pk])).content.decode()
    words = {f"{piece.key}-digest": piece.digest for piece in pieces_of(session)} | {"exhibit-1": "yes"}

    assert 'name="exhibit-1"' not in page
    client.post(reverse("dossiers:consent", args=[session.pk]), words)
    assert not session.consents.exists()


def test_a_refused_form_keeps_what_was_typed(client, scene):
    sign_in(client, scene.officer)
    late = {"subject": SUBJECT, "purpose": "설명을 남긴다", "planned_for": in_days(-1), "place": "회의실"}

    answer = client.post(reverse("ops_dossiers:plan", args=[scene.entry.pk]), late)

    assert answer.status_code == 422
    assert "설명을 남긴다" in answer.content.decode()
    assert not VerificationSession.objects.exists()


def test_a_committee_finds_the_dossiers_on_its_desk_and_not_before_it_has_declared(client, scene):
    committee = make_panel(scene.phase, name="심의위원회", kind="committee", part="")
    seat = make_seat(committee, officer=scene.officer)
    address = reverse("dossiers:dossier", args=[scene.entry.pk])
    for cleared, found in ((True, True), (False, False)):
        Declaration.objects.filter(seat=seat).update(state="clear" if cleared else "missing")
        sign_in(client, seat.user)
        assert (address in client.get(reverse("review:home")).content.decode()) is found
        assert (client.get(address).status_code == 200) is found
