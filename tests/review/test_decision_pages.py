"""Pages of held verdicts, objections and later decisions: what each offers to whom, and that refused text is kept."""

import pytest
from django.urls import reverse
from django.utils import translation

from portal.review import actions
from portal.review.enums import Basis, Outcome
from portal.review.models import Appeal, Decision, Minutes, Verification
from tests.factories.accounts import make_user, sign_in
from tests.factories.review import Scene
from tests.review.deciding import decision_on, later, notified, referred_appeal, reopened

pytestmark = pytest.mark.django_db
DUE = "2099-01-15T15:00"


@pytest.fixture
def tallied():
    scene = Scene()
    scene.tally()
    return scene


def url(name, **kwargs):
    with translation.override("en"):
        return reverse(name, kwargs=kwargs)


def text_of(client, name, **kwargs):
    for language in ("ko", "en"):
        with translation.override(language):
            response = client.get(reverse(name, kwargs=kwargs))
        assert response.status_code == 200, (name, language)
    return response.content.decode()


def test_an_officer_holds_a_verdict_asks_records_and_releases(client, tallied):
    entry = tallied.entries[2]
    sign_in(client, tallied.officer)
    page = url("ops:hold", phase_id=tallied.phase.pk, entry_id=entry.pk)
    assert "Hold the verdict on this entry" in text_of(
        client, "ops:entry", phase_id=tallied.phase.pk, entry_id=entry.pk
    )
    assert client.post(page, {"reason": " "}).status_code == 422
    assert client.post(page, {"reason": "더 본다"}).status_code == 302
    row = Verification.objects.get()
    page = url("ops:verification", verification_id=row.pk)

    refused = client.post(page, {"do": "ask", "text": "출처는 어디입니까", "due": "어제"})
    assert refused.status_code == 422
    assert "출처는 어디입니까" in refused.content.decode()
    client.post(page, {"do": "ask", "text": "출처는?", "due": DUE})
    client.post(page, {"do": "evidence", "text": "로그 대조", "evidence": "run 7 | 일치"})
    shown = text_of(client, "ops:verification", verification_id=row.pk)
    assert "출처는?" in shown
    assert "run 7" in shown
    client.post(page, {"do": "release", "reason": "확인됨"})

    row.refresh_from_db()
    assert (row.state, row.questions.count(), row.evidence.get().references) == (
        "released", 1, [{"reference": "run 7", "note": "일치"}],
    )  # fmt: skip


def test_a_second_click_does_not_hold_twice(client, tallied):
    sign_in(client, tallied.officer)
    page = url("ops:hold", phase_id=tallied.phase.pk, entry_id=tallied.entries[2].pk)

    answers = [client.post(page, {"reason": "더 본다"}).status_code for _click in range(2)]

    assert answers == [302, 422]
    assert Verification.objects.count() == 1


def test_the_held_team_reads_why_and_no_evidence(client, tallied):
    row = actions.hold_entry(tallied.entries[2], reason="가중치 출처", held_by=tallied.officer)
    actions.add_evidence(row, text="내부 검토 기록", references=[], added_by=tallied.officer)
    sign_in(client, tallied.members[2])

    shown = text_of(client, "review:verification", verification_id=row.pk)

    assert "가중치 출처" in shown
    assert "내부 검토 기록" not in shown
    assert url("review:verification", verification_id=row.pk) in text_of(
        client, "review:matters", entry_id=tallied.entries[2].pk
    )


def test_the_decider_sees_no_form_of_an_officer(client, tallied):
    case = actions.raise_disqualification(
        tallied.entries[1], gate="originality", grounds="의심", evidence=[], raised_by=tallied.officer
    )
    held = actions.hold_entry(tallied.entries[2], reason="더 본다", held_by=tallied.officer)
    sign_in(client, tallied.decider)

    for name, kwargs in (
        ("ops:entry", {"phase_id": tallied.phase.pk, "entry_id": tallied.entries[0].pk}),
        ("ops:disqualification", {"disqualification_id": case.pk}),
        ("ops:verification", {"verification_id": held.pk}),
        ("ops:minutes_list", {"phase_id": tallied.phase.pk}),
    ):
        main = text_of(client, name, **kwargs).split("<main")[1].split("</main")[0]
        assert "<form" not in main, name
        assert "/minutes/new/" not in main


def test_before_the_seal_the_tally_is_explained_and_not_linked(client):
    scene = Scene()
    sign_in(client, scene.officer)

    shown = text_of(client, "ops:phase", phase_id=scene.phase.pk)

    assert "opens with the seal" in shown
    assert url("ops:tally", phase_id=scene.phase.pk) not in shown


def test_an_objection_goes_from_admission_over_its_panel_to_the_ruling(client):
    scene = Scene()
    scene.notify()
    row = referred_appeal(scene)
    Appeal.objects.filter(pk=row.pk).update(panel=None, referred_at=None)
    panel = row.panel
    page = url("ops:appeal", appeal_id=row.pk)
    sign_in(client, scene.decider)
    assert "refers the objection to its panel first" in text_of(client, "ops:appeal", appeal_id=row.pk)
    sign_in(client, scene.officer)
    text_of(client, "ops:appeal", appeal_id=row.pk)
    assert client.post(page, {"do": "refer", "panel": panel.pk}).status_code == 302
    minutes, other = scene.meeting(panel=panel), scene.meeting()
    sign_in(client, scene.decider)
    ruling = {"do": "rule", "uphold": "no", "reason": "표는 바르게 읽혔다"}
    assert client.post(page, {**ruling, "minutes": other.pk}).status_code == 422
    assert client.post(page, {**ruling, "minutes": minutes.pk}).status_code == 302

    row.refresh_from_db()
    assert (row.state, row.minutes) == ("dismissed", minutes)


def test_a_member_of_the_appeal_panel_reads_the_case_and_nobody_elses(client):
    scene = Scene()
    scene.notify()
    row = referred_appeal(scene)
    member = row.panel.seats.first().user
    sign_in(client, member)
    assert url("review:appeal", appeal_id=row.pk) in text_of(client, "review:home")
    shown = text_of(client, "review:appeal", appeal_id=row.pk)
    assert "표 3" in shown
    assert "e01" not in shown

    for stranger in (scene.seats[0].user, scene.officer, scene.members[2], make_user("reviewer")):
        sign_in(client, stranger)
        assert client.get(url("review:appeal", appeal_id=row.pk)).status_code == 404


def test_a_recused_member_of_the_appeal_panel_reads_nothing_more(client):
    scene = Scene()
    scene.notify()
    row = referred_appeal(scene)
    seat = row.panel.seats.first()
    sign_in(client, seat.user)
    type(seat.declaration).objects.filter(seat=seat).update(state="recused")

    assert client.get(url("review:appeal", appeal_id=row.pk)).status_code == 404


def test_a_later_decision_is_drafted_from_the_decisions_page(client):
    scene = Scene()
    scene.notify()
    first = decision_on(scene, 0)
    sign_in(client, scene.officer)
    page = url("ops:decision", decision_id=first.pk)
    assert "Stay or annul this decision" in text_of(client, "ops:decision", decision_id=first.pk)
    data = {"do": "later", "outcome": "annul", "basis": "finding"}
    refused = client.post(page, {**data, "private_rationale": "적어 둔 글"})
    assert refused.status_code == 422
    assert "적어 둔 글" in refused.content.decode()

    assert client.post(page, {**data, "public_rationale": "부정행위 확인"}).status_code == 302

    second = Decision.objects.get(concerns=first)
    text_of(client, "ops:decision", decision_id=second.pk)
    assert str(second.pk) in text_of(client, "ops:decision", decision_id=first.pk)


def test_a_team_reads_each_notice_of_a_decision(client):
    scene = Scene()
    scene.notify()
    reopened(scene)
    entry = scene.entries[2]
    sign_in(client, scene.members[2])

    shown = text_of(client, "review:result", entry_id=entry.pk)
    older = entry.notices.filter(kind="result").order_by("pk").first()
    assert url("review:notice", notice_id=older.pk) in shown
    assert text_of(client, "review:notice", notice_id=older.pk).count("Notice no.") >= 1


def test_minutes_are_told_apart_by_number_and_day(client, tallied):
    first, second = tallied.meeting(), tallied.meeting()
    decision = actions.draft_decision(
        tallied.entries[0],
        draft=actions.Draft(Outcome.ADVANCE, Basis.RANK, "순위"),
        drafted_by=tallied.officer,
    )
    sign_in(client, tallied.officer)

    shown = text_of(client, "ops:decision", decision_id=decision.pk)

    assert Minutes.objects.count() == 2
    for number, minutes in ((1, first), (2, second)):
        assert f'value="{minutes.pk}">{number} · ' in shown


def test_the_log_is_for_staff_without_a_part(client):
    scene = Scene()
    scene.notify()
    notified(scene, later(scene, decision_on(scene, 2), Outcome.STAY, Basis.COURT))
    page = url("ops:decision_log", slug=scene.phase.programme.slug)
    sign_in(client, scene.auditor)
    assert "Stay the effects" in text_of(client, "ops:decision_log", slug=scene.phase.programme.slug)
    plain = client.get(page, {"format": "text"}).content.decode()
    assert "C stay court: 뒤에 드러난 사실 [notified]" in plain
    both = make_user("auditor")
    from tests.factories.review import make_member

    make_member(scene.entries[0], user=both)
    sign_in(client, both)
    assert client.get(page).status_code == 403
