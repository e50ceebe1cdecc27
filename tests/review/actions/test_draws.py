"""A draw from its quotas to the seat of an alternate."""

import pytest
from django.db import DatabaseError, transaction

from portal.audit.models import Event
from portal.letters.models import Letter
from portal.review import actions
from portal.review.actions import PoolPerson
from portal.review.actions.invitations import invite_places
from portal.review.drawing import replay
from portal.review.enums import PanelKind, RecusalGround, Sex
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import Candidate, Draw, DrawnPlace, PanelInvitation
from tests.factories.accounts import make_user
from tests.factories.draws import QUOTAS, make_draw, people, public_panel, soon
from tests.factories.review import declare_clear, make_entry, make_member, make_panel, make_phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_user("officer")


def test_the_whole_way(officer):
    draw = make_draw(officer)

    assert replay(draw.document)[1] == []
    assert DrawnPlace.objects.filter(draw=draw, is_alternate=False).count() == 3
    assert DrawnPlace.objects.filter(draw=draw, is_alternate=True).count() == 3
    event = Event.objects.latest("seq")
    assert event.action == "draw.moved"
    assert event.after == {"state": "drawn", "seed": draw.document["seed"], "document": draw.digest}


def test_the_commitment_is_in_the_ledger_before_the_pool_closes_and_the_secret_is_not(officer):
    draw = make_draw(officer, until="committed")

    after = Event.objects.latest("seq").after
    assert after["commitment"] == draw.commitment
    assert draw.secret not in str(after)


def test_the_ledger_binds_the_pool_when_it_closes_without_naming_anybody(officer):
    draw = make_draw(officer, until="closed")

    after = Event.objects.latest("seq").after
    assert after["pool_digest"] == draw.pool_digest
    assert "example.org" not in str(after)


def test_no_document_holds_a_name_or_an_address(officer):
    text = str(make_draw(officer).document)

    assert "example.org" not in text
    assert "응모자" not in text


def test_an_expert_panel_is_not_drawn(officer):
    with pytest.raises(NotPossible):
        actions.draft_draw(make_panel(make_phase()), quotas=QUOTAS, drafted_by=officer)


def test_a_public_panel_scores_a_part(officer):
    with pytest.raises(NotPossible):
        actions.create_panel(make_phase(), kind=PanelKind.PUBLIC, name="x", part="", created_by=officer)


def test_quotas_can_be_set_anew_while_nobody_is_in_the_pool(officer):
    panel = public_panel()
    first = actions.draft_draw(panel, quotas=QUOTAS, drafted_by=officer)

    second = actions.draft_draw(panel, quotas=QUOTAS[:1], drafted_by=officer)

    assert (first.pk, second.cells.count()) == (second.pk, 1)


def test_quotas_are_fixed_once_the_pool_has_people(officer):
    draw = make_draw(officer, until="drafted")

    with pytest.raises(NotPossible):
        actions.draft_draw(draw.panel, quotas=QUOTAS, drafted_by=officer)


def test_a_second_list_adds_nobody_twice(officer):
    draw = make_draw(officer, until="drafted")

    assert actions.add_to_pool(draw, people=people(14), added_by=officer) == 2
    assert draw.pool.count() == 14
    assert draw.pool.values("code").distinct().count() == 14


def test_a_list_with_somebody_of_no_cell_adds_nobody(officer):
    draw = make_draw(officer, until="drafted")
    more = [PoolPerson("new@example.org", Sex.MALE, "20-29"), PoolPerson("other@example.org", Sex.MALE, "80+")]

    with pytest.raises(Incomplete) as refusal:
        actions.add_to_pool(draw, people=more, added_by=officer)

    assert len(refusal.value.holes) == 1
    assert draw.pool.count() == 12


def test_a_member_of_a_team_is_refused_from_the_pool(officer):
    phase = make_phase()
    member = make_member(make_entry(phase))
    draw = actions.draft_draw(public_panel(phase), quotas=QUOTAS, drafted_by=officer)

    with pytest.raises(Incomplete):
        actions.add_to_pool(draw, people=[PoolPerson(member.email, Sex.MALE, "20-29")], added_by=officer)


def test_a_pool_that_is_too_small_stays_open(officer):
    draw = actions.draft_draw(public_panel(), quotas=QUOTAS, drafted_by=officer)
    actions.add_to_pool(draw, people=people(2), added_by=officer)
    draw = actions.commit_draw(draw, committed_by=officer)

    with pytest.raises(Incomplete):
        actions.close_pool(draw, closed_by=officer)

    draw.refresh_from_db()
    assert draw.state == "committed"


def test_a_closed_pool_takes_nobody(officer):
    draw = make_draw(officer, until="closed")

    with pytest.raises(NotPossible):
        actions.add_to_pool(draw, people=people(20), added_by=officer)


def test_the_figure_that_was_named_is_needed(officer):
    draw = make_draw(officer, until="closed")

    with pytest.raises(NotPossible):
        actions.make_draw(draw, drawn_by=officer, figure=" ")


def test_drawing_twice_is_not_possible(officer):
    draw = make_draw(officer)

    with pytest.raises(NotPossible):
        actions.make_draw(draw, drawn_by=officer, figure="again")


def test_the_outcome_cannot_be_changed_below_the_portal(officer):
    draw = make_draw(officer)

    with pytest.raises(DatabaseError), transaction.atomic():
        DrawnPlace.objects.filter(draw=draw).update(number=9)


def test_a_draw_set_aside_stays_with_its_reason_and_another_follows(officer):
    draw = make_draw(officer)

    void = actions.void_draw(draw, voided_by=officer, reason="명단 오류")
    again = make_draw(officer, panel=draw.panel)

    assert void.state == "void"
    assert Draw.objects.filter(panel=draw.panel).count() == 2
    assert again.state == "drawn"


def test_once_people_are_asked_the_draw_stands(officer):
    draw = make_draw(officer)
    actions.invite_drawn(draw, answer_due=soon(), invited_by=officer)

    with pytest.raises(NotPossible):
        actions.void_draw(draw, voided_by=officer, reason="다시")


def test_only_an_officer_draws():
    with pytest.raises(NotPossible):
        actions.draft_draw(public_panel(), quotas=QUOTAS, drafted_by=make_user("decider"))


def test_everybody_drawn_gets_one_letter(officer):
    draw = make_draw(officer)

    made = actions.invite_drawn(draw, answer_due=soon(), invited_by=officer)

    assert len(made) == 3
    assert Letter.objects.filter(kind="panel_invitation").count() == 3
    with pytest.raises(NotPossible):
        actions.invite_drawn(draw, answer_due=soon(), invited_by=officer)


def test_a_second_click_that_read_the_places_before_the_first_asked_asks_nobody(officer):
    draw = make_draw(officer)
    seen = list(draw.places.filter(is_alternate=False).select_related("candidate__attributes"))
    invite_places(draw.panel, places=seen, answer_due=soon(), invited_by=officer)
    asked = PanelInvitation.objects.count()

    invite_places(draw.panel, places=seen, answer_due=soon(), invited_by=officer)

    assert PanelInvitation.objects.count() == asked == 3


def test_somebody_who_declines_is_followed_by_the_next_of_the_same_cell(officer):
    draw = make_draw(officer)
    first, *_rest = actions.invite_drawn(draw, answer_due=soon(), invited_by=officer)
    cell = draw.document["outcome"][0]

    actions.decline_panel_invitation(first, declined_by=make_user("reviewer", email=first.email))

    newest = PanelInvitation.objects.latest("pk")
    assert first.place.candidate.code == cell["drawn"][0]
    assert newest.place.candidate.code == cell["alternates"][0]
    assert newest.state == "invited"


def test_when_no_alternate_is_left_nobody_is_asked(officer):
    draw = make_draw(officer)
    actions.invite_drawn(draw, answer_due=soon(), invited_by=officer)

    for row in (1, 2):
        invitation = PanelInvitation.objects.filter(
            place__candidate__attributes__cell__sex="male", state="invited"
        ).get()
        actions.revoke_panel_invitation(invitation, revoked_by=officer, reason=f"연락 두절 {row}")

    assert not PanelInvitation.objects.filter(place__candidate__attributes__cell__sex="male", state="invited").exists()


def test_a_recused_member_is_replaced_by_lot(officer):
    draw = make_draw(officer)
    first, *_rest = actions.invite_drawn(draw, answer_due=soon(), invited_by=officer)
    seat = actions.accept_panel_invitation(first, accepted_by=make_user("reviewer", email=first.email))
    declare_clear(seat)

    actions.rule_on_declaration(
        seat.declaration, event="recuse", ruled_by=officer, reason="배우자 재직", ground=RecusalGround.EXCLUSION
    )

    newest = PanelInvitation.objects.latest("pk")
    assert newest.place.candidate.code == draw.document["outcome"][0]["alternates"][0]


def test_somebody_who_joined_a_team_meanwhile_is_passed_over(officer):
    phase = make_phase()
    draw = make_draw(officer, panel=public_panel(phase))
    code = draw.document["outcome"][0]["drawn"][0]
    candidate = Candidate.objects.get(draw=draw, code=code)
    make_member(make_entry(phase), user=make_user("team", email=candidate.email))

    made = actions.invite_drawn(draw, answer_due=soon(), invited_by=officer)

    states = {row.place.candidate.code: row.state for row in made}
    assert states[code] == "revoked"
    assert states[draw.document["outcome"][0]["alternates"][0]] == "invited"
    assert PanelInvitation.objects.get(place__candidate__code=code).reason


def test_the_code_of_the_draw_is_not_the_code_of_the_seat(officer):
    draw = make_draw(officer)
    invited = actions.invite_drawn(draw, answer_due=soon(), invited_by=officer)
    row = invited[-1]

    seat = actions.accept_panel_invitation(row, accepted_by=make_user("reviewer", email=row.email))

    assert seat.code == "p01"
    assert seat.code.upper() != row.place.candidate.code
