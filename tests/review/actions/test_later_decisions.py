"""Stay and annulment: later decisions that move the entry and leave the earlier decision readable."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.consortia.models import Entry
from portal.programmes.models import Call
from portal.review import actions
from portal.review.actions import Draft
from portal.review.enums import Basis, Outcome
from portal.review.errors import NotPossible
from portal.review.models import Decision, Notice
from portal.review.selectors.decisions import standing_decision
from tests.factories.review import Scene, make_entry
from tests.review.deciding import approved, decision_on, later, notified

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    scene = Scene()
    scene.notify()
    return scene


def states(scene, entry, decision):
    scene.entries[entry].refresh_from_db()
    decision.refresh_from_db()
    return scene.entries[entry].state, decision.state


@pytest.mark.parametrize("final", [False, True])
def test_an_annulment_takes_the_selection_back(scene, final):
    first = decision_on(scene, 0)
    if final:
        Decision.objects.filter(pk=first.pk).update(objection_until=timezone.now() - timedelta(seconds=1))
        actions.finalise_decision(first, finalised_by=scene.officer)

    annulment = notified(scene, later(scene, first, Outcome.ANNUL, Basis.FINDING))

    assert states(scene, 0, first) == ("annulled", "annulled")
    assert standing_decision(scene.entries[0]) == annulment
    assert annulment.objection_until > timezone.now()
    content = Notice.objects.get(subject_key=f"decision:{annulment.pk}").content
    assert (content["outcome"], content["scores"], content["opinions"], content["concerns"]) == (
        "annul", None, [], first.pk,
    )  # fmt: skip


@pytest.mark.parametrize(("entry", "before"), [(0, "advanced"), (2, "cut")])
def test_a_stay_rests_the_effects_and_its_lifting_brings_them_back(scene, entry, before):
    first = decision_on(scene, entry)

    stay = notified(scene, later(scene, first, Outcome.STAY, Basis.COURT))
    assert states(scene, entry, first) == ("stayed", "stayed")
    assert stay.objection_until is None
    assert standing_decision(scene.entries[entry]) == first

    notified(scene, later(scene, first, Outcome.LIFT_STAY, Basis.COURT))
    assert states(scene, entry, first) == (before, "notified")


def test_a_stayed_decision_is_neither_superseded_nor_final(scene):
    first = decision_on(scene, 2)
    notified(scene, later(scene, first, Outcome.STAY, Basis.COURT))
    first.refresh_from_db()
    Decision.objects.update(objection_until=None)

    with pytest.raises(NotPossible):
        actions.finalise_decision(first, finalised_by=scene.officer)
    with pytest.raises(NotPossible):
        actions.draft_decision(
            scene.entries[2],
            draft=Draft(Outcome.RE_EVALUATE, Basis.FINDING, "다시"),
            drafted_by=scene.officer,
            supersedes=first,
        )


def test_an_annulment_ends_a_stay_and_can_be_stayed_itself(scene):
    first = decision_on(scene, 0)
    notified(scene, later(scene, first, Outcome.STAY, Basis.COURT))
    annulment = notified(scene, later(scene, first, Outcome.ANNUL, Basis.FINDING))
    assert states(scene, 0, first) == ("annulled", "annulled")

    notified(scene, later(scene, annulment, Outcome.STAY, Basis.COURT))

    assert states(scene, 0, annulment) == ("stayed", "stayed")


@pytest.mark.parametrize(
    ("entry", "outcome", "basis"),
    [
        (2, Outcome.ANNUL, Basis.FINDING),  # nothing was given that could be taken back
        (0, Outcome.LIFT_STAY, Basis.COURT),  # nothing is stayed
        (0, Outcome.ANNUL, Basis.RANK),
        (0, Outcome.STAY, Basis.APPEAL),
        (0, Outcome.CUT, Basis.RANK),
    ],
)
def test_what_does_not_fit_is_refused(scene, entry, outcome, basis):
    with pytest.raises(NotPossible):
        later(scene, decision_on(scene, entry), outcome, basis)


def test_two_later_decisions_are_not_under_way_at_once(scene):
    first = decision_on(scene, 0)
    approved(scene, later(scene, first, Outcome.STAY, Basis.COURT))
    first.refresh_from_db()

    with pytest.raises(NotPossible):
        later(scene, first, Outcome.ANNUL, Basis.FINDING)


def test_only_officers_draft_and_only_another_person_approves(scene):
    first = decision_on(scene, 0)
    draft = Draft(Outcome.ANNUL, Basis.FINDING, "사실")

    with pytest.raises(NotPossible):
        actions.draft_later_decision(first, draft=draft, drafted_by=scene.decider)
    pending = later(scene, first, Outcome.ANNUL, Basis.FINDING)
    with pytest.raises(NotPossible):
        approved(scene, Decision.objects.get(pk=pending.pk)) and actions.approve_decision(
            pending, approved_by=scene.officer
        )


def test_an_upheld_objection_must_be_followed_before_anything_is_final(scene):
    from tests.review.deciding import ruled_appeal

    ruled_appeal(scene, uphold=True)
    first = decision_on(scene, 2)
    Decision.objects.filter(pk=first.pk).update(objection_until=timezone.now() - timedelta(seconds=1))
    first.refresh_from_db()

    with pytest.raises(NotPossible):
        actions.finalise_decision(first, finalised_by=scene.officer)


def test_a_cut_is_not_turned_into_an_advance_without_a_new_evaluation(scene):
    with pytest.raises(NotPossible):
        actions.draft_decision(
            scene.entries[2],
            draft=Draft(Outcome.ADVANCE, Basis.VOTE, "바로 진출"),
            drafted_by=scene.officer,
            supersedes=decision_on(scene, 2),
        )


def test_a_selection_by_a_call_is_annulled_for_the_entry_that_came_through_it(scene):
    closes = timezone.now() + timedelta(days=1)
    call = Call.objects.create(
        phase=scene.phase, opens_at=timezone.now(), closes_at=closes, reason="결원", state="filled"
    )
    entry = make_entry(scene.phase, index=3)
    Entry.objects.filter(pk=entry.pk).update(call=call)
    selection = Decision.objects.create(
        phase=scene.phase,
        call=call,
        outcome=Outcome.SELECT,
        basis=Basis.VOTE,
        state="notified",
        minutes=scene.meeting(),
        public_rationale="선정",
        drafted_by=scene.officer,
        drafted_at=timezone.now(),
    )

    annulment = notified(scene, later(scene, selection, Outcome.ANNUL, Basis.FINDING))

    entry.refresh_from_db()
    selection.refresh_from_db()
    assert (annulment.entry, entry.state, selection.state) == (entry, "annulled", "annulled")
