"""The pages around panels: what they show, what they refuse, and that nothing typed is lost."""

import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from portal.accounts.models import User
from portal.letters.models import Letter
from portal.letters.sealing import unseal
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.actions import Guest
from portal.review.drawing import replay
from portal.review.models import Draw, Panel, PanelInvitation, PanelSeat, RecusalRequest, UnsuitableNaming
from tests.factories.accounts import make_user, sign_in
from tests.factories.draws import make_draw, public_panel, soon
from tests.factories.review import Scene, make_seat, ruleset_document
from tests.factories.secrets import PASSWORD, TOTP_SECRET

pytestmark = pytest.mark.django_db
ROSTER = {"disclosure": {"panel_roster": {"own_consortium": "closed"}}}
QUOTAS = "sex,age,seats,alternates\nfemale,20-29,1,1\nmale,20-29,1,0\n"
POOL = "email,name,sex,age\n" + "".join(f"c{n}@example.org,후보 {n},{'fm'[n % 2]},20-29\n" for n in range(6))


def due(days=3):
    return timezone.localtime(timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def scene():
    return Scene(document=ruleset_document() | ROSTER)


@pytest.fixture
def office(client, scene):
    """The browser of an officer and the addresses of the expert panel."""
    sign_in(client, scene.officer)
    return client


def at(name, **kwargs):
    return reverse(name, kwargs=kwargs)


def in_both_languages(client, url_name, **kwargs):
    for language in ("ko", "en"):
        with translation.override(language):
            response = client.get(at(url_name, **kwargs))
        assert response.status_code == 200, (url_name, language)
        assert f'<html lang="{language}">' in response.content.decode()


def invitations_of(scene):
    return at("ops:invitations", phase_id=scene.phase.pk, panel_id=scene.panel.pk)


def test_a_bad_list_invites_nobody_and_comes_back_with_its_lines(office, scene):
    content = "email,name\nreviewer-03@example.org,평가위원 3\nnot an address,평가위원 4\n".encode("cp949")

    response = office.post(
        invitations_of(scene), {"file": SimpleUploadedFile("list.csv", content), "answer_due": due()}
    )

    text = response.content.decode()
    assert response.status_code == 422
    assert "3행" in text
    assert "reviewer-03@example.org" in text  # the list is back, to be corrected in place
    assert not PanelInvitation.objects.exists()


def test_a_list_is_taken_once(office, scene):
    data = {"text": "email\nreviewer-03@example.org\nreviewer-04@example.org", "answer_due": due()}

    first, second = office.post(invitations_of(scene), data), office.post(invitations_of(scene), data)

    assert (first.status_code, second.status_code) == (302, 302)
    assert PanelInvitation.objects.count() == 2


def test_an_empty_form_says_what_is_missing(office, scene):
    response = office.post(invitations_of(scene), {})

    assert response.status_code == 422
    assert "errorlist" in response.content.decode()


def test_an_invitation_is_renewed_and_taken_back_on_the_page(office, scene):
    office.post(invitations_of(scene), {"text": "email\nreviewer-03@example.org", "answer_due": due()})
    row = PanelInvitation.objects.get()
    url = at("ops:move_invitation", phase_id=scene.phase.pk, invitation_id=row.pk)

    office.post(url, {"do": "renew", "answer_due": due(9)})
    office.post(url, {"do": "renew", "answer_due": "no date"})
    row.refresh_from_db()
    assert row.answer_due > timezone.now() + timedelta(days=8)

    office.post(url, {"do": "revoke", "reason": "명단 변경"})
    row.refresh_from_db()
    assert (row.state, row.reason) == ("revoked", "명단 변경")


def test_accepting_leads_to_the_declaration(client, scene):
    person = make_user("reviewer", email="reviewer-77@example.org")
    invited = actions.invite_to_panel(
        scene.panel, guests=[Guest(person.email)], answer_due=soon(), invited_by=scene.officer
    )
    sign_in(client, person)
    assert scene.panel.name in client.get(at("review:home")).content.decode()

    response = client.post(at("review:invitation", invitation_id=invited.new[0].pk), {"do": "accept"})

    seat = PanelSeat.objects.get(user=person)
    assert response["Location"] == at("review:declaration", seat_id=seat.pk)
    assert client.post(at("review:invitation", invitation_id=invited.new[0].pk), {"do": "accept"}).status_code == 422


def test_declining_says_so(client, scene):
    person = make_user("reviewer", email="reviewer-78@example.org")
    invited = actions.invite_to_panel(
        scene.panel, guests=[Guest(person.email)], answer_due=soon(), invited_by=scene.officer
    )
    sign_in(client, person)

    client.post(at("review:invitation", invitation_id=invited.new[0].pk), {"do": "decline", "reason": "일정"})

    assert PanelInvitation.objects.get().state == "declined"
    in_both_languages(client, "review:invitation", invitation_id=invited.new[0].pk)


def test_the_draw_goes_through_on_one_page(office, scene):
    panel = public_panel(scene.phase)
    url = at("ops:draw", phase_id=scene.phase.pk, panel_id=panel.pk)

    for data in (
        {"do": "quotas", "text": QUOTAS},
        {"do": "pool", "text": POOL},
        {"do": "commit", "source": "복권 1203회"},
        {"do": "close"},
        {"do": "draw", "figure": "1 2 3"},
        {"do": "invite", "answer_due": due()},
    ):
        in_both_languages(office, "ops:draw", phase_id=scene.phase.pk, panel_id=panel.pk)
        response = office.post(url, data)
        assert response.status_code == 302, (data, response.content.decode())

    draw = Draw.objects.get()
    assert draw.state == "drawn"
    assert PanelInvitation.objects.filter(panel=panel).count() == 2
    in_both_languages(office, "ops:draw", phase_id=scene.phase.pk, panel_id=panel.pk)
    in_both_languages(office, "ops:invitations", phase_id=scene.phase.pk, panel_id=panel.pk)


@pytest.mark.parametrize(
    ("until", "data"),
    [
        ("drafted", {"do": "quotas", "text": QUOTAS}),
        ("drafted", {"do": "pool", "text": "email,sex,age\nx@example.org,f,80+"}),
        ("drafted", {"do": "pool", "text": ""}),
        ("drafted", {"do": "close"}),
        ("committed", {"do": "draw", "figure": "1"}),
        ("closed", {"do": "draw", "figure": " "}),
        ("closed", {"do": "invite", "answer_due": "2099-01-01T10:00"}),
        ("drawn", {"do": "draw", "figure": "1"}),
        ("drawn", {"do": "void", "reason": " "}),
        ("drawn", {"do": "invite", "answer_due": "2001-01-01T10:00"}),
    ],
)
def test_a_step_out_of_turn_is_refused_with_the_form(office, scene, until, data):
    draw = make_draw(scene.officer, panel=public_panel(scene.phase), until=until)

    response = office.post(at("ops:draw", phase_id=scene.phase.pk, panel_id=draw.panel_id), data)

    draw.refresh_from_db()
    assert (response.status_code, draw.state) == (422, until)
    assert "alert-danger" in response.content.decode()


def test_the_public_page_shows_counts_and_digests_and_no_name(client, scene):
    draw = make_draw(scene.officer, panel=public_panel(scene.phase), until="closed")
    before = client.get(at("review:draw", draw_id=draw.pk)).content.decode()
    assert draw.commitment in before
    assert draw.pool_digest in before
    assert draw.secret not in before

    draw = actions.make_draw(draw, drawn_by=scene.officer, figure="7 11 23")

    in_both_languages(client, "review:draw", draw_id=draw.pk)
    in_both_languages(client, "review:draws")
    text = client.get(at("review:draw", draw_id=draw.pk)).content.decode()
    assert draw.document["outcome"][0]["drawn"][0] in text
    assert "example.org" not in text
    assert "응모자" not in text


def test_the_published_draw_can_be_run_again(client, scene):
    draw = make_draw(scene.officer, panel=public_panel(scene.phase))

    response = client.get(at("review:draw_document", draw_id=draw.pk))

    assert replay(json.loads(response.content))[1] == []


def test_no_page_of_answers_shows_sex_or_age(client, scene):
    """A seat on the public panel and its draw share no code: sheets, panel and phase pages know no cell."""
    draw = make_draw(scene.officer, panel=public_panel(scene.phase))
    for row in actions.invite_drawn(draw, answer_due=soon(), invited_by=scene.officer):
        actions.accept_panel_invitation(row, accepted_by=make_user("reviewer", email=row.email))
    sign_in(client, scene.officer)

    for name in ("panel", "invitations"):
        text = client.get(at(f"ops:{name}", phase_id=scene.phase.pk, panel_id=draw.panel_id)).content.decode()
        assert "20-29" not in text
        assert "P00" not in text
    for name in ("phase", "panels"):
        assert "20-29" not in client.get(at(f"ops:{name}", phase_id=scene.phase.pk)).content.decode()


def test_the_roster_is_opened_and_challenged(client, scene):
    sign_in(client, scene.officer)
    url = at("ops:open_roster", phase_id=scene.phase.pk, panel_id=scene.panel.pk)
    assert client.post(url, {"challenge_due": ""}).status_code == 422
    assert client.post(url, {"challenge_due": due()}).status_code == 302

    sign_in(client, scene.members[0])
    page = at("review:party_panels", entry_id=scene.entries[0].pk)
    text = client.get(page).content.decode()
    assert scene.seats[1].user.name in text
    assert scene.seats[1].user.email not in text
    empty = client.post(page, {"do": "challenge", "seat": scene.seats[1].pk, "reason": ""})
    assert empty.status_code == 422
    assert client.post(page, {"do": "challenge", "seat": scene.seats[1].pk, "reason": "친족"}).status_code == 302
    in_both_languages(client, "review:party_panels", entry_id=scene.entries[0].pk)

    sign_in(client, scene.officer)
    row = RecusalRequest.objects.get()
    in_both_languages(client, "ops:recusals", phase_id=scene.phase.pk)
    in_both_languages(client, "ops:recusal", request_id=row.pk)
    ruled = client.post(at("ops:recusal", request_id=row.pk), {"grant": "yes", "reason": "인정"})
    assert ruled.status_code == 302
    in_both_languages(client, "ops:recusal", request_id=row.pk)


def test_a_refused_challenge_keeps_its_text(client, scene):
    actions.open_roster(scene.panel, challenge_due=soon(), opened_by=scene.officer)
    Panel.objects.filter(pk=scene.panel.pk).update(challenge_due=timezone.now())
    sign_in(client, scene.members[0])

    response = client.post(
        at("review:party_panels", entry_id=scene.entries[0].pk),
        {"do": "challenge", "seat": scene.seats[1].pk, "reason": "늦었지만 친족"},
    )

    assert response.status_code == 422
    assert "늦었지만 친족" in response.content.decode()


def test_a_challenge_is_taken_back_by_its_team_alone(client, scene):
    actions.open_roster(scene.panel, challenge_due=soon(), opened_by=scene.officer)
    row = actions.challenge(scene.seats[1], entry=scene.entries[0], reason="x", lodged_by=scene.members[0])
    sign_in(client, scene.members[1])
    other = at("review:party_panels", entry_id=scene.entries[1].pk)
    assert client.post(other, {"do": "take_back", "challenge": row.pk}).status_code == 404

    sign_in(client, scene.members[0])
    own = at("review:party_panels", entry_id=scene.entries[0].pk)
    assert client.post(own, {"do": "take_back", "challenge": row.pk}).status_code == 302


def test_a_team_names_and_the_office_rules(client, scene):
    Phase.objects.filter(pk=scene.phase.pk).update(state="receiving")
    sign_in(client, scene.members[0])
    page = at("review:party_panels", entry_id=scene.entries[0].pk)
    half = client.post(page, {"do": "name", "person": "평가위원 9", "reason": ""})
    assert half.status_code == 422
    assert "평가위원 9" in half.content.decode()
    client.post(page, {"do": "name", "person": "평가위원 9", "reason": "소송 상대"})
    row = UnsuitableNaming.objects.get()

    sign_in(client, scene.officer)
    in_both_languages(client, "ops:naming", naming_id=row.pk)
    url = at("ops:naming", naming_id=row.pk)
    assert client.post(url, {"uphold": "yes", "reason": "근거"}).status_code == 422
    assert client.post(url, {"uphold": "yes", "email": "x@example.org", "reason": "근거"}).status_code == 302
    in_both_languages(client, "ops:recusals", phase_id=scene.phase.pk)

    sign_in(client, scene.members[1])
    rival = client.get(at("review:party_panels", entry_id=scene.entries[1].pk)).content.decode()
    assert "평가위원 9" not in rival


def test_a_member_withdraws(client, scene):
    seat = scene.seats[1]
    sign_in(client, seat.user)
    url = at("review:withdrawal", seat_id=seat.pk)
    in_both_languages(client, "review:withdrawal", seat_id=seat.pk)

    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "이해관계"}).status_code == 302

    in_both_languages(client, "review:withdrawal", seat_id=seat.pk)
    assert client.get(at("review:sheet", sheet_id=scene.sheet_of(1, 0).pk)).status_code == 403


def test_alternates_are_called_up_on_the_panel_s_page(office, scene):
    seat = make_seat(scene.panel, officer=scene.officer, kind="alternate")
    in_both_languages(office, "ops:panel", phase_id=scene.phase.pk, panel_id=scene.panel.pk)

    office.post(at("ops:call_up", phase_id=scene.phase.pk, seat_id=seat.pk))

    seat.refresh_from_db()
    assert seat.kind == "regular"


def test_a_panel_of_the_same_name_twice_is_refused(office, scene):
    data = {"kind": "committee", "name": scene.panel.name, "part": ""}

    assert office.post(at("ops:panels", phase_id=scene.phase.pk), data).status_code == 422


def test_a_newcomer_opens_an_account_and_takes_the_seat(client, scene):
    """From the letter's two links: the account with the reviewer's role first, then the answer."""
    invited = actions.invite_to_panel(
        scene.panel, guests=[Guest("reviewer-90@example.org")], answer_due=soon(), invited_by=scene.officer
    ).new[0]
    token = re.search(r"/me/invitation\w*/([\w-]{20,})/", unseal(Letter.objects.get().sealed)).group(1)
    page = client.get(at("accounts:invitation", token=token)).content.decode()
    assert scene.panel.name in page
    assert scene.officer.name in page

    client.post(
        at("accounts:invitation", token=token), {"name": "평가위원 90", "password": PASSWORD, "repeated": PASSWORD}
    )

    person = User.objects.get(email="reviewer-90@example.org")
    sign_in(client, person)
    TOTP.activate(person, TOTP_SECRET)
    response = client.post(at("review:invitation", invitation_id=invited.pk), {"do": "accept"})
    assert response["Location"] == at("review:declaration", seat_id=PanelSeat.objects.get(user=person).pk)
