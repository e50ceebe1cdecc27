"""Every page of reviewing answers for the people it is for, in both languages, and shows what it should."""

import pytest
from django.urls import reverse
from django.utils import translation

from portal.review import actions
from portal.review.models import Appeal, Decision, Declaration, Minutes, Notice, Question
from tests.factories.accounts import make_user, sign_in
from tests.factories.review import Scene, make_seat

pytestmark = pytest.mark.django_db


def page(client, name, **kwargs):
    return client.get(reverse(name, kwargs=kwargs))


def in_both_languages(client, name, **kwargs):
    for language in ("ko", "en"):
        with translation.override(language):
            response = page(client, name, **kwargs)
        assert response.status_code == 200, (name, language, response.status_code)
        assert f'<html lang="{language}">' in response.content.decode()


def test_a_reviewer_reads_home_sheet_sign_off_print_and_comparison(client):
    scene = Scene()
    sheet, seat = scene.sheet_of(0, 0), scene.seats[0]
    sign_in(client, seat.user)

    in_both_languages(client, "review:home")
    in_both_languages(client, "review:declaration", seat_id=seat.pk)
    in_both_languages(client, "review:comparison", seat_id=seat.pk)
    for name in ("review:sheet", "review:sign", "review:print"):
        in_both_languages(client, name, sheet_id=sheet.pk)


def test_before_the_declaration_the_home_names_no_team(client):
    scene = Scene()
    seat = make_seat(scene.panel, officer=scene.officer, cleared=False)
    sign_in(client, seat.user)

    text = page(client, "review:home").content.decode()

    assert scene.entries[0].consortium.name_ko not in text
    assert reverse("review:declaration", kwargs={"seat_id": seat.pk}) in text


STAFF_PAGES = (
    "phase", "panels", "tally", "outside_results", "gates", "minutes_list", "decisions", "notices", "appeals", "seal",
)  # fmt: skip


def test_staff_read_every_page_of_a_notified_phase(client):
    scene = Scene()
    scene.notify()
    decision = Decision.objects.filter(entry=scene.entries[2]).get()
    appeal = actions.lodge_appeal(decision, ground="misreading", text="표 3", lodged_by=scene.members[2])
    sign_in(client, scene.officer)

    in_both_languages(client, "ops:home")
    for name in STAFF_PAGES:
        in_both_languages(client, f"ops:{name}", phase_id=scene.phase.pk)
    in_both_languages(client, "ops:entry", phase_id=scene.phase.pk, entry_id=scene.entries[0].pk)
    in_both_languages(client, "ops:record_minutes", phase_id=scene.phase.pk, panel_id=scene.panel.pk)
    in_both_languages(client, "ops:declaration", declaration_id=Declaration.objects.first().pk)
    in_both_languages(client, "ops:minutes", minutes_id=Minutes.objects.first().pk)
    in_both_languages(client, "ops:decision", decision_id=decision.pk)
    in_both_languages(client, "ops:appeal", appeal_id=appeal.pk)
    assert Appeal.objects.count() == 1


def test_staff_handle_a_disqualification_from_its_page(client):
    scene = Scene()
    case = actions.raise_disqualification(
        scene.entries[1], gate="originality", grounds="동일 텐서", evidence=[], raised_by=scene.officer
    )
    sign_in(client, scene.officer)

    in_both_languages(client, "ops:disqualification", disqualification_id=case.pk)
    response = client.post(
        reverse("ops:disqualification", kwargs={"disqualification_id": case.pk}),
        {"do": "notify", "due": "2099-01-15T15:00"},
    )

    assert response.status_code == 302
    case.refresh_from_db()
    assert case.state == "notified"


def test_a_team_reads_its_matters_notice_result_and_objection(client):
    scene = Scene()
    from datetime import timedelta

    from django.utils import timezone

    actions.ask_question(
        scene.entries[0], text="학습 데이터는?", due_at=timezone.now() + timedelta(days=2), asked_by=scene.officer
    )
    scene.notify()
    entry, decision = scene.entries[0], Decision.objects.get(entry=scene.entries[0])
    sign_in(client, scene.members[0])

    in_both_languages(client, "review:matters", entry_id=entry.pk)
    in_both_languages(client, "review:result", entry_id=entry.pk)
    in_both_languages(client, "review:objection", decision_id=decision.pk)
    in_both_languages(client, "review:question", question_id=Question.objects.get().pk)
    in_both_languages(client, "review:notice", notice_id=Notice.objects.get(kind="question", entry=entry).pk)
    assert Notice.objects.get(kind="result", entry=entry).read_by == scene.members[0]


def test_a_stranger_finds_nothing(client):
    scene = Scene()
    sign_in(client, make_user("reviewer"))

    assert page(client, "review:sheet", sheet_id=scene.sheet_of(0, 0).pk).status_code == 404
    assert page(client, "review:matters", entry_id=scene.entries[0].pk).status_code == 404
    assert page(client, "ops:phase", phase_id=scene.phase.pk).status_code == 403


def test_autosave_answers_with_the_state_line_alone_and_the_new_version(client):
    scene = Scene()
    sheet = scene.sheet_of(0, 0)
    sign_in(client, scene.seats[0].user)
    url = reverse("review:save", kwargs={"sheet_id": sheet.pk})

    response = client.post(url, {"version": "0", "score-strategy": "31.5"}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    text = response.content.decode()
    assert 'name="version" value="1"' in text
    assert "<html" not in text


def test_two_windows_keep_both_texts(client):
    scene = Scene()
    sheet = scene.sheet_of(0, 0)
    sign_in(client, scene.seats[0].user)
    url = reverse("review:save", kwargs={"sheet_id": sheet.pk})
    client.post(url, {"version": "0", "score-strategy": "31", "opinion": "첫 창"})

    response = client.post(url, {"version": "0", "score-strategy": "12", "opinion": "둘째 창"})

    assert response.status_code == 409
    text = response.content.decode()
    assert "둘째 창" in text  # what was typed
    sheet.refresh_from_db()
    assert sheet.opinion == "첫 창"  # what was saved
    assert 'value="31"' not in text
    assert "31" in text  # shown beside it


def test_signing_asks_for_recent_proof(client):
    scene = Scene()
    sheet = scene.fill(scene.sheet_of(0, 0))
    sign_in(client, scene.seats[0].user, recent=False)

    response = client.post(reverse("review:sign_now", kwargs={"sheet_id": sheet.pk}), {"version": sheet.version})

    assert response.status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == "draft"


def test_signing_with_recent_proof_locks_the_sheet(client):
    scene = Scene()
    sheet = scene.fill(scene.sheet_of(0, 0))
    sign_in(client, scene.seats[0].user)

    client.post(reverse("review:sign_now", kwargs={"sheet_id": sheet.pk}), {"version": sheet.version})

    sheet.refresh_from_db()
    assert sheet.state == "signed"
