"""Applying: text, consents, deadline, versions and receipts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.calls import actions
from portal.calls.actions import Content
from portal.calls.errors import CallClosed, CallError, Conflict, Incomplete
from portal.calls.models import Application, ApplicationVersion, Consent
from portal.calls.selectors.applications import receipt_of
from portal.common.formats.receipt import verify_receipt
from portal.letters.models import Letter
from portal.programmes.models import Call
from portal.review.enums import Basis, Outcome
from portal.review.models import Decision
from tests.factories.accounts import make_user
from tests.factories.artifacts import make_bundle
from tests.factories.calls import PLAN, TERMS, CallScene, with_member
from tests.factories.consortia import join, make_entry
from tests.factories.programmes import make_phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    made = CallScene()
    made.open()
    return made


def save(application, *, by, **content):
    values = {"plan": PLAN, "confirmed": (1, 2), **content}
    return actions.save_application(application, content=Content(**values), revision=application.revision, saved_by=by)


def test_a_consortium_has_one_application_to_a_call(scene):
    first = actions.open_application(scene.call, consortium=scene.consortia[0], opened_by=scene.managers[0])
    again = actions.open_application(scene.call, consortium=scene.consortia[0], opened_by=scene.managers[0])
    assert first == again


def test_only_a_manager_applies(scene):
    contributor = make_user("team")
    join(scene.consortia[0], user=contributor)
    for person in (contributor, scene.managers[1]):
        with pytest.raises(PermissionDenied):
            actions.open_application(scene.call, consortium=scene.consortia[0], opened_by=person)


def test_who_has_a_place_in_the_phase_does_not_apply(scene):
    make_entry(scene.phase, consortium=scene.consortia[0])
    with pytest.raises(CallError):
        actions.open_application(scene.call, consortium=scene.consortia[0], opened_by=scene.managers[0])


def test_who_entered_the_phase_after_opening_an_application_does_not_hand_it_in(scene):
    application = scene.draft(0)
    make_entry(scene.phase, consortium=scene.consortia[0])
    with pytest.raises(CallError):
        actions.hand_in(application, handed_in_by=scene.managers[0])


def test_a_call_for_invited_consortia_takes_nobody_else():
    scene = CallScene(terms=replace(TERMS, invited_only=True))
    actions.invite_consortium(scene.call, consortium=scene.consortia[0], invited_by=scene.officer)
    scene.open()

    assert scene.apply(0).state == "handed_in"
    with pytest.raises(CallError):
        scene.apply(1)


def test_two_windows_never_overwrite_each_other(scene):
    application = scene.draft(0)
    save(application, by=scene.managers[0], plan="첫째 창의 글")

    with pytest.raises(Conflict) as conflict:
        save(application, by=scene.managers[0], plan="둘째 창의 글")
    assert conflict.value.current["plan"] == "첫째 창의 글"
    assert Application.objects.get(pk=application.pk).plan == "첫째 창의 글"


def test_what_an_application_refers_to_is_its_own(scene, tmp_path):
    application = scene.draft(0)
    foreign = make_bundle(tmp_path / "plan", owner=scene.consortia[1].account_key)
    for content in ({"plan_bundle": foreign}, {"confirmed": (3,)}):
        with pytest.raises(CallError):
            save(application, by=scene.managers[0], **content)

    own = make_bundle(tmp_path / "own", owner=scene.consortia[0].account_key)
    save(application, by=scene.managers[0], plan_bundle=own)
    version = actions.hand_in(application, handed_in_by=scene.managers[0])
    assert version.receipt["files"][0]["bundle"] == own.digest


def test_what_misses_is_named_and_nothing_is_handed_in(scene):
    application = scene.draft(0, plan="")
    with pytest.raises(Incomplete) as refused:
        actions.hand_in(application, handed_in_by=scene.managers[0])
    assert refused.value.holes == ["계획이 비어 있습니다."]
    assert not ApplicationVersion.objects.exists()


def test_a_second_click_makes_no_second_version_and_a_new_text_does(scene):
    application = scene.apply(0)
    first = actions.hand_in(application, handed_in_by=scene.managers[0])
    assert (first.version, ApplicationVersion.objects.count()) == (1, 1)

    application.refresh_from_db()
    save(application, by=scene.managers[0], plan="고친 계획")
    second = actions.hand_in(application, handed_in_by=scene.managers[0])
    assert (second.version, second.document["content"]["plan"]) == (2, "고친 계획")
    assert first.document["content"]["plan"] == PLAN


def test_the_receipt_holds_without_the_portal(scene):
    version = scene.apply(0).versions.get()
    checked = verify_receipt(receipt_of(version))
    assert checked.document["application_digest"] == version.digest


def test_what_was_handed_in_cannot_be_changed(scene):
    version = scene.apply(0).versions.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        ApplicationVersion.objects.filter(pk=version.pk).update(document={})
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_the_deadline_holds_to_the_second_and_for_every_act(scene):
    application = scene.draft(0)
    Call.objects.filter(pk=scene.call.pk).update(closes_at=timezone.now())
    manager = scene.managers[0]
    acts = (
        lambda: save(application, by=manager, plan="늦은 글"),
        lambda: actions.hand_in(application, handed_in_by=manager),
        lambda: actions.ask_consents(application, asked_by=manager),
        lambda: actions.open_application(scene.call, consortium=scene.consortia[1], opened_by=scene.managers[1]),
    )
    for act in acts:
        with pytest.raises(CallClosed):
            act()
    assert Application.objects.get().plan == PLAN


def test_a_withdrawn_application_can_be_handed_in_again_while_the_call_is_open(scene):
    application = scene.apply(0)
    actions.withdraw_application(application, withdrawn_by=scene.managers[0], reason="다시 검토")
    assert Application.objects.get(pk=application.pk).state == "withdrawn"

    actions.hand_in(application, handed_in_by=scene.managers[0])
    assert Application.objects.get(pk=application.pk).state == "handed_in"


def test_withdrawing_needs_a_reason_and_ends_with_the_judgement(scene):
    application = scene.apply(0)
    with pytest.raises(CallError):
        actions.withdraw_application(application, withdrawn_by=scene.managers[0], reason=" ")
    scene.judge(3)
    with pytest.raises(CallError):
        actions.withdraw_application(application, withdrawn_by=scene.managers[0], reason="늦음")


def consent_of(scene, contact):
    institution = contact.memberships.get().institution
    return Consent.objects.get(application__call=scene.call, institution=institution)


def test_every_member_consents_to_the_very_text_through_its_own_contact(scene):
    _place, contact = with_member(scene.consortia[0])
    application = scene.draft(0)
    consent, digest = consent_of(scene, contact), application.content_digest
    for stranger in (scene.managers[0], scene.managers[1]):
        with pytest.raises(PermissionDenied):
            actions.answer_consent(consent, gives=True, content_digest=digest, answered_by=stranger)
    with pytest.raises(Incomplete):
        actions.hand_in(application, handed_in_by=scene.managers[0])

    actions.answer_consent(consent, gives=True, content_digest=digest, answered_by=contact)
    application = save(application, by=scene.managers[0], plan="동의 뒤에 고친 글")
    with pytest.raises(Incomplete):
        actions.hand_in(application, handed_in_by=scene.managers[0])
    with pytest.raises(Conflict):
        actions.answer_consent(consent, gives=True, content_digest=digest, answered_by=contact)
    actions.answer_consent(consent, gives=True, content_digest=application.content_digest, answered_by=contact)
    version = actions.hand_in(application, handed_in_by=scene.managers[0])
    assert [row["consented_at"] is not None for row in version.document["institutions"]] == [False, True]


def test_a_refusal_needs_a_reason_and_can_be_taken_back(scene):
    _place, contact = with_member(scene.consortia[0])
    digest = scene.draft(0).content_digest
    consent = consent_of(scene, contact)
    with pytest.raises(CallError):
        actions.answer_consent(consent, gives=False, content_digest=digest, answered_by=contact)

    actions.answer_consent(consent, gives=False, content_digest=digest, answered_by=contact, note="협의 필요")
    actions.answer_consent(consent, gives=True, content_digest=digest, answered_by=contact)
    assert consent_of(scene, contact).state == "given"


def test_contacts_are_asked_once_for_each_text(scene):
    _place, contact = with_member(scene.consortia[0])
    application = scene.draft(0)
    for _turn in range(2):
        actions.ask_consents(application, asked_by=scene.managers[0])
    assert list(Letter.objects.values_list("to", flat=True)) == [contact.email]

    application = save(application, by=scene.managers[0], plan="다른 글")
    actions.ask_consents(application, asked_by=scene.managers[0])
    assert Letter.objects.count() == 2


def cut_before(scene):
    """The consortium was cut in an earlier phase of the same programme and told so."""
    phase = make_phase("final", programme=scene.phase.programme)
    entry = make_entry(phase, consortium=scene.consortia[0], state="cut")
    now = timezone.now()
    return Decision.objects.create(
        phase=phase,
        entry=entry,
        outcome=Outcome.CUT,
        basis=Basis.RANK,
        state="drafted",
        public_rationale="총점이 가장 낮음",
        drafted_by=scene.officer,
        drafted_at=now,
        notified_at=now,
    )


def test_who_was_put_out_before_answers_to_the_ground_of_that_decision(scene):
    decision = cut_before(scene)
    application = scene.draft(0)
    with pytest.raises(Incomplete) as refused:
        actions.hand_in(application, handed_in_by=scene.managers[0])
    assert len(refused.value.holes) == 1

    save(application, by=scene.managers[0], earlier_decision=decision, answer="학습 자료를 세 배로 늘림")
    content = actions.hand_in(application, handed_in_by=scene.managers[0]).document["content"]
    assert (content["earlier_decision"], content["answer"]) == (decision.pk, "학습 자료를 세 배로 늘림")


def test_the_decision_on_another_consortium_is_not_ones_own(scene):
    decision = cut_before(scene)
    application = scene.draft(1)
    with pytest.raises(CallError):
        save(application, by=scene.managers[1], earlier_decision=decision, answer="남의 것")


def test_a_call_that_opens_tomorrow_takes_nothing_today():
    scene = CallScene()
    scene.open()
    Call.objects.filter(pk=scene.call.pk).update(opens_at=timezone.now() + timedelta(days=1))
    with pytest.raises(CallClosed):
        scene.apply(0)
