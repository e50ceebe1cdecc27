"""The pages of calls: what they show to whom, what they keep, and what they refuse."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.calls import actions
from portal.calls.models import ApplicantNotice, Application, Consent
from portal.consortia.models import Entry
from portal.programmes.models import Call
from portal.review.models import Decision
from tests.factories.accounts import make_user, sign_in
from tests.factories.calls import PLAN, CallScene, with_member
from tests.factories.programmes import make_phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    made = CallScene()
    made.open()
    return made


def by(user):
    return sign_in(Client(), user)


def url(name, **kwargs):
    return reverse(f"calls:{name}", kwargs=kwargs)


def ops(name, **kwargs):
    return reverse(f"ops_calls:{name}", kwargs=kwargs)


def text(answer):
    return answer.content.decode()


def moment(days):
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def draft_data(**changes):
    return {
        "name_ko": "추가 공모",
        "name_en": "Additional call",
        "seats": 1,
        "opens_at": moment(0),
        "closes_at": moment(20),
        "reason": "한 자리가 비었다.",
        "requirements_ko": "국내 법인\n참여제한 없음",
        "requirements_en": "Domestic\nNot barred",
        **changes,
    }


def test_an_officer_drafts_and_opens_a_call():
    phase, client = make_phase("rules_frozen"), by(make_user("officer"))
    client.post(ops("new", phase=phase.slug), draft_data())
    call = Call.objects.get()
    client.post(ops("open", call=call.pk))

    call.refresh_from_db()
    assert (call.state, call.requirements.count(), call.terms.name_en) == ("open", 2, "Additional call")


def test_a_list_in_one_language_only_is_refused_and_everything_typed_is_kept():
    phase, client = make_phase("rules_frozen"), by(make_user("officer"))
    answer = client.post(ops("new", phase=phase.slug), draft_data(requirements_en="Domestic", reason="남을 사유"))

    assert answer.status_code == 422
    assert "남을 사유" in text(answer)
    assert not Call.objects.exists()


def test_a_refusal_of_the_act_itself_stands_in_the_form():
    phase, client = make_phase("rules_frozen"), by(make_user("officer"))
    answer = client.post(ops("new", phase=phase.slug), draft_data(closes_at=moment(-1)))

    assert answer.status_code == 422
    assert "error-summary" in text(answer)


def test_a_drafted_call_is_not_public(client):
    scene = CallScene()
    assert client.get(url("call", call=scene.call.pk)).status_code == 404
    assert scene.call.reason not in text(client.get(url("list")))


def test_a_manager_applies_saves_and_hands_in(scene):
    client = by(scene.managers[0])
    first = client.post(url("apply", call=scene.call.pk), {"consortium": scene.consortia[0].pk})
    application = Application.objects.get()
    assert first.headers["Location"] == url("application", application=application.pk)

    page = url("application", application=application.pk)
    client.post(page, {"revision": 1, "plan": PLAN, "confirmed": [1, 2]})
    answer = client.post(url("hand-in", application=application.pk), {"truthful": "on"}, follow=True)
    version = application.versions.get()
    assert version.number in text(answer)
    receipt = client.get(url("receipt-file", number=version.number)).json()
    assert receipt["digest"] == version.receipt_digest


def test_half_an_application_may_be_saved_and_says_what_misses(scene):
    application = scene.draft(0)
    client = by(scene.managers[0])
    page = url("application", application=application.pk)
    answer = client.post(page, {"revision": application.revision, "plan": "반쪽"}, follow=True)

    assert answer.status_code == 200
    assert "자격 1번을 확인하십시오." in text(answer)
    assert 'action="' + url("hand-in", application=application.pk) not in text(answer)


def test_two_windows_get_409_with_both_texts(scene):
    application = scene.draft(0)
    client, page = by(scene.managers[0]), url("application", application=application.pk)
    client.post(page, {"revision": application.revision, "plan": "먼저 저장한 글", "confirmed": [1, 2]})
    answer = client.post(page, {"revision": application.revision, "plan": "나중에 보낸 글", "confirmed": [1, 2]})

    assert answer.status_code == 409
    assert "먼저 저장한 글" in text(answer)
    assert "나중에 보낸 글" in text(answer)
    again = client.post(page, {"revision": application.revision + 1, "plan": "합친 글", "confirmed": [1, 2]})
    assert (again.status_code, Application.objects.get().plan) == (302, "합친 글")


def test_a_call_that_closes_midway_keeps_the_text_on_the_page(scene):
    application = scene.draft(0)
    client = by(scene.managers[0])
    Call.objects.update(closes_at=timezone.now())
    page = url("application", application=application.pk)
    saved = client.post(page, {"revision": application.revision, "plan": "마감 직후의 글", "confirmed": [1, 2]})
    handed = client.post(url("hand-in", application=application.pk), {"truthful": "on"})

    assert (saved.status_code, handed.status_code) == (422, 422)
    assert Application.objects.get().state == "draft"
    assert "마감 직후의 글" in text(saved)


def test_a_contact_signs_the_consent_and_a_stale_text_is_refused(scene):
    _place, contact = with_member(scene.consortia[0])
    application = scene.draft(0)
    consent, digest = Consent.objects.get(), application.content_digest
    client, page = by(contact), url("consent", consent=consent.pk)
    assert PLAN in text(client.get(page))

    stale = client.post(page, {"content_digest": "0" * 64, "answer": "give"})
    assert (stale.status_code, digest in text(stale)) == (409, True)
    assert client.post(page, {"content_digest": digest, "answer": "refuse"}).status_code == 422
    client.post(page, {"content_digest": digest, "answer": "give"})
    assert Consent.objects.get().state == "given"


def test_nobody_of_the_staff_reads_an_application_before_the_call_closes(scene):
    application = scene.apply(0)
    client, number = by(scene.officer), application.versions.get().number
    before = text(client.get(ops("call", call=scene.call.pk)))
    assert (client.get(url("version", number=number)).status_code, number in before) == (403, False)

    scene.close()
    assert PLAN in text(client.get(url("version", number=number)))


def test_a_committee_member_reads_after_declaring(scene):
    application = scene.apply(0)
    scene.close()
    scene.name_committee(cleared=False)
    seat = scene.seats[0]
    client, number = by(seat.user), application.versions.get().number
    page = url("committee", call=scene.call.pk)
    assert client.get(url("version", number=number)).status_code == 404
    assert number not in text(client.get(page))

    place = scene.consortia[0].places.get()
    key = f"{scene.consortia[0].pk}_{place.institution_id}"
    client.post(page, {f"has_{key}": "no", f"what_{key}": ""})
    assert client.get(url("version", number=number)).status_code == 200
    assert "receipts" not in text(client.get(page))
    assert client.get(url("receipt", number=number)).status_code == 404


def test_an_interest_without_a_word_is_refused(scene):
    scene.apply(0)
    scene.close()
    scene.name_committee(cleared=False)
    key = f"{scene.consortia[0].pk}_{scene.consortia[0].places.get().institution_id}"
    client = by(scene.seats[0].user)
    answer = client.post(url("committee", call=scene.call.pk), {f"has_{key}": "yes", f"what_{key}": ""})
    assert answer.status_code == 422


def test_the_secretariat_judges_and_a_decider_approves_in_the_browser(scene):
    application = scene.apply(0)
    scene.close()
    scene.name_committee()
    officer, decider = by(scene.officer), by(scene.decider)
    checked = {"met_1": "yes", "note_1": "", "met_2": "yes", "note_2": ""}
    officer.post(ops("eligibility", application=application.pk), checked)
    meeting = {
        "subject": "선정 의결",
        "held_at": moment(0),
        "present": [seat.pk for seat in scene.seats],
        "text": "표결함",
        **{f"vote_{application.pk}_{name}": count for name, count in (("for", 3), ("against", 0), ("abstained", 0))},
        "resolution_for": 3,
        "resolution_against": 0,
        "resolution_abstained": 0,
    }
    wrong = officer.post(ops("judgement", call=scene.call.pk), {**meeting, f"vote_{application.pk}_for": 2})
    assert (wrong.status_code, "표결함" in text(wrong)) == (422, True)
    officer.post(ops("judgement", call=scene.call.pk), meeting)
    officer.post(ops("selection", call=scene.call.pk), {"public_rationale": "과반 찬성", "private_rationale": ""})
    decision = Decision.objects.get()
    assert officer.get(reverse("ops:decision", kwargs={"decision_id": decision.pk})).status_code == 200
    decider.post(reverse("ops:decision", kwargs={"decision_id": decision.pk}), {"do": "approve"})
    officer.post(ops("carry-out", call=scene.call.pk))

    assert (scene.fresh().state, Entry.objects.get(call=scene.call).consortium) == ("filled", scene.consortia[0])


def test_the_public_learns_the_outcome_when_the_applicants_are_told(client, scene):
    scene.apply(0)
    scene.apply(1)
    scene.judge(3, 1)
    scene.decide()
    page = url("call", call=scene.call.pk)
    assert scene.consortia[0].name not in text(client.get(page))

    actions.carry_out_selection(scene.call, carried_out_by=scene.officer)
    told = text(client.get(page))
    assert (scene.consortia[0].name in told, scene.consortia[1].name in told) == (True, False)


def test_opening_the_notice_is_its_receipt(scene):
    scene.apply(0)
    scene.judge(3)
    scene.carry_out()
    notice = ApplicantNotice.objects.get()
    by(scene.officer).get(url("notice", notice=notice.pk))
    assert ApplicantNotice.objects.get().read_at is None
    by(scene.managers[0]).get(url("notice", notice=notice.pk))
    assert ApplicantNotice.objects.get().read_at is not None


def test_declining_in_the_browser(scene):
    scene = CallScene()
    invitation = actions.invite_consortium(scene.call, consortium=scene.consortia[0], invited_by=scene.officer)
    scene.open()
    by(scene.managers[0]).post(url("decline", invitation=invitation.pk), {"reason": "여력이 없음"})
    invitation.refresh_from_db()
    assert (invitation.state, invitation.answer) == ("declined", "여력이 없음")


@pytest.mark.parametrize("count", [1, 3])
def test_the_public_list_takes_the_same_queries(client, django_assert_num_queries, count):
    for _turn in range(count):
        CallScene().open()
    with django_assert_num_queries(2):
        client.get(url("list"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_staff_list_takes_the_same_queries(django_assert_max_num_queries, count):
    client = by(make_user("officer"))
    for _turn in range(count):
        CallScene()
    with django_assert_max_num_queries(9):
        client.get(ops("list"))


def test_before_the_close_no_officer_opens_an_application_to_check_it(scene):
    application = scene.apply()
    page = ops("eligibility", application=application.pk)
    assert by(scene.officer).get(page).status_code == 404

    scene.close()
    assert by(scene.officer).get(page).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"opens_at": "0001-01-01T00:00"}, {"closes_at": "9999-12-31T23:59"}, {"requirements_ko": "가" * 401 + "\n나"}],
)
def test_a_call_with_an_impossible_moment_or_a_line_without_end_is_refused(wrong):
    phase, officer = make_phase("rules_frozen"), make_user("officer")
    answer = by(officer).post(ops("new", phase=phase.slug), draft_data(**wrong))

    assert (answer.status_code, Call.objects.count()) == (422, 0)
