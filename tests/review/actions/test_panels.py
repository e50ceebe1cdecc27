import pytest

from portal.audit.models import Event
from portal.review import actions
from portal.review.enums import PanelKind, RecusalGround
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Declaration, ScoreSheet
from portal.review.selectors.panels import institutions_to_declare
from tests.factories.accounts import make_user
from tests.factories.review import Scene, make_entry, make_member, make_panel, make_phase, make_seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_user("officer")


@pytest.fixture
def seat(officer):
    phase = make_phase()
    make_entry(phase)
    return make_seat(make_panel(phase), officer=officer, cleared=False)


def answers(seat, text=None):
    return {place.key: text for place in institutions_to_declare(seat.panel.phase)}


def declare(seat, **overrides):
    given = {"declared_by": seat.user, "interests": answers(seat), "pledged": range(1, 10)} | overrides
    return actions.declare(seat.declaration, **given)


def test_a_new_seat_counts_as_conflicted(seat):
    assert seat.declaration.state == "missing"
    assert not seat.declaration.opens_content


def test_no_interest_anywhere_is_clear(seat):
    assert declare(seat).state == "clear"
    assert Event.objects.latest("seq").action == "declaration.made"


def test_an_interest_waits_for_a_ruling(seat):
    row = declare(seat, interests=answers(seat, "2025년까지 공동 연구"))

    assert row.state == "declared"
    assert not row.opens_content


def test_every_institution_is_answered_for(seat):
    with pytest.raises(Incomplete) as refusal:
        declare(seat, interests={})

    assert len(refusal.value.holes) == 1
    assert "가람" in refusal.value.holes[0]


def test_the_whole_pledge_is_needed(seat):
    with pytest.raises(Incomplete) as refusal:
        declare(seat, pledged=[1, 2, 3, 4, 5, 6, 7, 9])

    assert len(refusal.value.holes) == 1


@pytest.mark.parametrize("text", ["", "  "])
def test_an_interest_is_described(seat, text):
    with pytest.raises(Incomplete):
        declare(seat, interests=answers(seat, text))


def test_nobody_declares_for_another(seat, officer):
    with pytest.raises(NotPossible):
        declare(seat, declared_by=officer)


def test_an_officer_allows_with_a_reason(seat, officer):
    row = declare(seat, interests=answers(seat, "강연 1회"))

    ruled = actions.rule_on_declaration(row, event="allow", ruled_by=officer, reason="경미함")

    assert ruled.state == "allowed"
    assert ruled.opens_content


def test_a_ruling_needs_its_reason(seat, officer):
    row = declare(seat, interests=answers(seat, "강연 1회"))

    with pytest.raises(NotPossible):
        actions.rule_on_declaration(row, event="allow", ruled_by=officer, reason=" ")


def test_a_recusal_needs_its_ground(seat, officer):
    with pytest.raises(NotPossible):
        actions.rule_on_declaration(seat.declaration, event="recuse", ruled_by=officer, reason="배우자 재직")


def test_a_late_recusal_voids_and_keeps_the_sheets(officer):
    scene = Scene()
    seat = scene.seats[1]

    actions.rule_on_declaration(
        seat.declaration,
        event="recuse",
        ruled_by=scene.officer,
        reason="배우자 재직",
        ground=RecusalGround.EXCLUSION,
    )

    states = {sheet.assignment.seat_id == seat.pk: sheet.state for sheet in map(refreshed, scene.sheets)}
    assert states == {True: "void", False: "draft"}


def refreshed(sheet):
    sheet.refresh_from_db()
    return sheet


def test_nobody_rules_on_their_own_declaration():
    person = make_user("officer", "reviewer")
    phase = make_phase()
    make_entry(phase)
    seat = make_seat(make_panel(phase), officer=make_user("officer"), cleared=False, user=person)

    with pytest.raises(NotPossible):
        actions.rule_on_declaration(
            seat.declaration, event="recuse", ruled_by=person, reason="x", ground=RecusalGround.WITHDRAWAL
        )


def test_a_member_of_a_team_gets_no_seat(officer):
    phase = make_phase()
    member = make_member(make_entry(phase))

    with pytest.raises(NotPossible):
        actions.seat_panel(make_panel(phase), user=member, seated_by=officer)


def test_an_appeal_panel_shares_nobody_with_the_first(officer):
    scene = Scene()
    appeal = make_panel(scene.phase, kind=PanelKind.APPEAL, part="")

    with pytest.raises(NotPossible):
        actions.seat_panel(appeal, user=scene.seats[0].user, seated_by=officer)


def test_nothing_is_assigned_before_the_declaration(seat, officer):
    with pytest.raises(NotPossible):
        actions.assign(seat, entries=seat.panel.phase.entries.all(), assigned_by=officer)


def test_a_panel_scores_a_part_that_the_rules_have(officer):
    with pytest.raises(NotPossible):
        actions.create_panel(make_phase(), kind=PanelKind.EXPERT, name="x", part="beauty", created_by=officer)


def test_only_an_officer_seats(seat):
    with pytest.raises(NotPossible):
        actions.seat_panel(seat.panel, user=make_user("reviewer"), seated_by=make_user("decider"))


def test_a_seat_always_has_its_declaration(seat):
    assert Declaration.objects.filter(seat=seat).count() == 1


def test_an_alternate_gets_nothing_before_the_call(officer):
    scene = Scene()
    seat = make_seat(scene.panel, officer=officer, kind="alternate")

    with pytest.raises(NotPossible):
        actions.assign(seat, entries=scene.entries, assigned_by=officer)


def test_a_whole_panel_is_assigned_at_once_and_again_for_those_who_came_later(officer):
    scene = Scene()
    made = ScoreSheet.objects.count()
    make_seat(scene.panel, officer=officer)
    make_seat(scene.panel, officer=officer, cleared=False)
    make_seat(scene.panel, officer=officer, kind="alternate")

    first = actions.assign_panel(scene.panel, entries=scene.entries, assigned_by=officer)
    second = actions.assign_panel(scene.panel, entries=scene.entries, assigned_by=officer)

    assert (first, second) == (1, 0)
    assert ScoreSheet.objects.count() == made + len(scene.entries)


def test_after_the_seal_nothing_is_assigned_because_it_could_not_be_signed(officer):
    scene = Scene()
    scene.seal()

    with pytest.raises(NotPossible):
        actions.assign_panel(scene.panel, entries=scene.entries, assigned_by=scene.officer)
    with pytest.raises(NotPossible):
        actions.assign(scene.seats[0], entries=scene.entries, assigned_by=scene.officer)


def test_a_panel_without_a_cleared_member_is_not_assigned(officer, seat):
    with pytest.raises(NotPossible):
        actions.assign_panel(seat.panel, entries=list(seat.panel.phase.entries.all()), assigned_by=officer)
