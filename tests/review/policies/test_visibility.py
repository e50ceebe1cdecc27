"""Role × subject × stage, asserted with people in a real database: each cell for single objects and, where there are lists, for lists."""

from itertools import product

import pytest

from portal.common.viewer import viewer_of_user
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.enums import SeatKind
from portal.review.models import Declaration
from portal.review.policies import STAGES, Audience, Subject, view, visible_to
from portal.review.policies.querysets import SUBJECTS
from portal.review.policies.scopes import audiences_of, scope_of
from tests.factories.accounts import make_user
from tests.factories.review import Scene, make_member, make_seat
from tests.review.policies.cast import MAKERS, Cast

pytestmark = pytest.mark.django_db

STAFF = ("officer", "decider", "auditor", "every role")
SECRETARIAT = ("officer", "auditor", "every role")
MEMBERS = ("owner", "chair", "colleague")


def since(stage, *people):
    return dict.fromkeys(people, stage)


# Who sees the object about entry A, and from which stage on; whoever is not named never does. Written by hand from the design.
EXPECTED = {
    Subject.EVIDENCE: since("closed", *STAFF, *MEMBERS) | since("notified", "appeal panel"),
    Subject.SIDE_BY_SIDE: since("sealed", *STAFF, *MEMBERS),
    Subject.DECLARATION: since("drafted", "owner", *SECRETARIAT),
    Subject.NAMING: since("rules_frozen", "own team", *SECRETARIAT),
    Subject.RECUSAL: since("rules_frozen", "own team", *SECRETARIAT),
    Subject.SHEET: since("scoring", "owner") | since("sealed", "chair", *STAFF),
    Subject.COMPLETION: since("scoring", "chair", *STAFF),
    Subject.QUESTION: since("receiving", "own team", *STAFF, *MEMBERS) | since("notified", "appeal panel"),
    Subject.DISQUALIFICATION: since("receiving", "own team", *STAFF, *MEMBERS) | since("notified", "appeal panel"),
    Subject.VERIFICATION: since("closed", "own team", *STAFF, *MEMBERS) | since("notified", "appeal panel"),
    Subject.OUTSIDE_RESULT: since("sealed", *STAFF),
    Subject.TALLY: since("tallied", "chair", *STAFF),
    Subject.MINUTES: since("drafted", *STAFF) | since("closed", "chair"),
    Subject.DECISION: since("drafted", *STAFF) | since("notified", "own team", "appeal panel"),
    Subject.OWN_RESULT: since("notified", "own team", "appeal panel", *STAFF),
    Subject.NOTICE: since("receiving", "own team", *STAFF),
    Subject.APPEAL: since("notified", "own team", "appeal panel", *STAFF),
}


def test_every_subject_has_an_object_and_an_expectation():
    hint = "add the subject to EXPECTED here and to MAKERS in tests/review/policies/cast.py"

    assert set(Subject) - set(EXPECTED) == set(), hint
    assert set(Subject) - set(MAKERS) == set(), hint
    assert {subject for subject, _related in SUBJECTS.values()} <= set(Subject)


def test_every_cell_of_the_matrix(capsys):
    cast = Cast()
    objects, listed = cast.objects(), {subject: model for model, (subject, _related) in SUBJECTS.items()}
    single, lists = {}, {}
    for stage in STAGES:
        Phase.objects.filter(pk=cast.scene.phase.pk).update(state=stage)
        for row in objects.values():
            scope_of(row).phase.state = stage
        for who, subject in product(cast.people, objects):
            cell, viewer = (who, subject.value, stage), cast.viewer(who)
            single[cell] = view(viewer, subject, objects[subject]).allowed
            if subject in listed:
                rows = listed[subject].objects.filter(pk=objects[subject].pk)
                lists[cell] = visible_to(viewer, rows).exists()

    with capsys.disabled():
        print(f"\n{len(single)} cells of single objects and {len(lists)} of lists: {len(cast.people)} people, "
              f"{len(objects)} subjects, {len(STAGES)} stages")  # fmt: skip
    expected = {cell: _expected(*cell) for cell in single}
    assert {cell for cell, seen in single.items() if seen != expected[cell]} == set()
    assert {cell for cell, seen in lists.items() if seen != expected[cell]} == set()
    assert len(single) == len(cast.people) * len(Subject) * len(STAGES)


def _expected(who, subject, stage):
    first = EXPECTED[Subject(subject)].get(who)
    return first is not None and STAGES.index(stage) >= STAGES.index(first)


def test_a_case_is_hidden_from_the_team_until_it_is_notified():
    scene = Scene()
    case = actions.raise_disqualification(
        scene.entries[0], gate="originality", grounds="의심", evidence=[], raised_by=scene.officer
    )

    def seen_by(user):
        fresh = type(case).objects.get(pk=case.pk)
        return view(viewer_of_user(user), Subject.DISQUALIFICATION, fresh).allowed

    assert not seen_by(scene.members[0])
    type(case).objects.filter(pk=case.pk).update(state="notified")
    assert seen_by(scene.members[0])
    assert not seen_by(scene.members[1])


@pytest.mark.parametrize("state", ["missing", "declared", "recused"])
def test_an_undeclared_conflict_counts_as_conflicted(state):
    scene = Scene()
    Declaration.objects.filter(seat=scene.seats[0]).update(state=state)
    viewer = viewer_of_user(scene.seats[0].user)

    assert audiences_of(viewer, scope_of(scene.sheet_of(0, 0))) == {Audience.PUBLIC}


def test_one_missing_declaration_closes_every_panel_of_the_phase():
    scene = Scene()
    second = make_seat(
        type(scene.panel).objects.create(phase=scene.phase, kind="committee", name="심의위원회"),
        officer=scene.officer,
        cleared=False,
        user=scene.seats[0].user,
        kind=SeatKind.REGULAR,
    )

    assert second.declaration.state == "missing"
    assert Audience.PANEL_MEMBER not in audiences_of(viewer_of_user(scene.seats[0].user), scope_of(scene.phase))


def test_staff_of_a_competing_team_are_no_staff_in_its_phase():
    scene = Scene()
    both = make_user("officer", "team")
    make_member(scene.entries[0], user=both)

    mine = audiences_of(viewer_of_user(both), scope_of(scene.sheet_of(0, 1)))

    assert mine == {Audience.PUBLIC, Audience.OTHER_CONSORTIA}


def test_a_reviewer_who_joins_a_team_after_declaring_is_on_no_panel_any_more():
    scene = Scene()
    joined = scene.seats[0].user
    make_member(scene.entries[1], user=joined)

    assert audiences_of(viewer_of_user(joined), scope_of(scene.sheet_of(0, 0))) == {
        Audience.PUBLIC,
        Audience.OTHER_CONSORTIA,
    }
