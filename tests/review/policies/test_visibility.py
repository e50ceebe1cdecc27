"""Role × subject × stage, asserted with people in a real database."""

from itertools import product

import pytest

from portal.common.viewer import ANONYMOUS, viewer_of_user
from portal.review import actions
from portal.review.enums import SeatKind
from portal.review.models import Declaration
from portal.review.policies import STAGES, Audience, Subject, view
from portal.review.policies.scopes import audiences_of, scope_of
from tests.factories.accounts import make_user
from tests.factories.review import Scene, make_member, make_seat

pytestmark = pytest.mark.django_db


class Cast:
    """One person per way of standing to the sheet of seat 1 for entry A."""

    def __init__(self) -> None:
        self.scene = scene = Scene()
        self.sheet = scene.sheet_of(1, 0)
        self.undeclared = make_seat(scene.panel, officer=scene.officer, cleared=False)
        self.people = {
            "owner": scene.seats[1].user,
            "chair": scene.seats[0].user,
            "colleague": scene.seats[2].user,
            "undeclared": self.undeclared.user,
            "officer": scene.officer,
            "decider": scene.decider,
            "auditor": scene.auditor,
            "own team": scene.members[0],
            "rival team": scene.members[1],
            "stranger": make_user("reviewer"),
            "operator": make_user("operator"),
        }

    def sees(self, who, subject, obj, stage):
        self.scene.phase.__class__.objects.filter(pk=self.scene.phase.pk).update(state=stage)
        fresh = type(obj).objects.get(pk=obj.pk)
        viewer = ANONYMOUS if who == "public" else viewer_of_user(self.people[who])
        return view(viewer, subject, fresh).allowed


SHEET_FROM = {"owner": "scoring", "chair": "sealed", "officer": "sealed", "decider": "sealed", "auditor": "sealed"}
EVERYBODY = (
    "owner", "chair", "colleague", "undeclared", "officer", "decider", "auditor",
    "own team", "rival team", "stranger", "operator", "public",
)  # fmt: skip


def test_who_sees_a_sheet_at_every_stage():
    cast = Cast()
    seen = {(who, stage): cast.sees(who, Subject.SHEET, cast.sheet, stage) for who, stage in product(EVERYBODY, STAGES)}

    expected = {
        (who, stage): who in SHEET_FROM and STAGES.index(stage) >= STAGES.index(SHEET_FROM[who])
        for who, stage in product(EVERYBODY, STAGES)
    }
    assert seen == expected


def test_who_sees_the_own_result_at_every_stage():
    cast = Cast()
    told = {"own team", "officer", "decider", "auditor"}
    seen = {
        (who, stage): cast.sees(who, Subject.OWN_RESULT, cast.scene.entries[0], stage)
        for who, stage in product(EVERYBODY, STAGES)
    }

    expected = {
        (who, stage): who in told and STAGES.index(stage) >= STAGES.index("notified")
        for who, stage in product(EVERYBODY, STAGES)
    }
    assert seen == expected


def test_a_case_is_hidden_from_the_team_until_it_is_notified():
    cast = Cast()
    case = actions.raise_disqualification(
        cast.scene.entries[0], gate="originality", grounds="의심", evidence=[], raised_by=cast.scene.officer
    )

    assert not cast.sees("own team", Subject.DISQUALIFICATION, case, "scoring")
    type(case).objects.filter(pk=case.pk).update(state="notified")
    assert cast.sees("own team", Subject.DISQUALIFICATION, case, "scoring")
    assert not cast.sees("rival team", Subject.DISQUALIFICATION, case, "scoring")


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
