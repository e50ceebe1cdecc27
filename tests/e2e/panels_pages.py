"""Panels: invitations, the draw at each of its stages, the roster with challenges, namings, withdrawals."""

from collections.abc import Iterator

from django.urls import reverse

from portal.programmes.models import Phase
from portal.review import actions
from portal.review.actions import Guest
from portal.review.enums import PanelKind, SeatKind
from portal.review.models import Draw, PanelInvitation
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.draws import QUOTAS, make_draw, public_panel, soon
from tests.factories.review import Scene, make_panel, make_seat, ruleset_document

ROSTER = {"disclosure": {"panel_roster": {"own_consortium": "closed"}}}


def path(name: str, **kwargs: int) -> str:
    return reverse(name, kwargs=kwargs)


def pages() -> Iterator[Page]:
    yield Page("draws-none", path("review:draws"), status=200)
    yield from _draws()
    yield from _invitations()
    yield from _before_seating()
    yield from _challenged()


def _draws() -> Iterator[Page]:
    for until in ("drafted", "committed", "closed", "drawn"):
        scene = Scene()
        draw = make_draw(scene.officer, panel=public_panel(scene.phase), until=until)
        if until == "drawn":
            actions.invite_drawn(draw, answer_due=soon(), invited_by=scene.officer)
        yield Page(f"ops-draw-{until}", _draw(draw), scene.officer)
        if until != "drafted":
            yield Page(f"draw-{until}", path("review:draw", draw_id=draw.pk))
    scene = Scene()
    panel = public_panel(scene.phase)
    yield Page("ops-draw-new", path("ops:draw", phase_id=scene.phase.pk, panel_id=panel.pk), scene.officer)
    void = actions.draft_draw(panel, quotas=QUOTAS, drafted_by=scene.officer)
    void = actions.commit_draw(void, committed_by=scene.officer)
    actions.void_draw(void, voided_by=scene.officer, reason="할당 인원을 잘못 옮겨 적음")
    yield Page("draw-void", path("review:draw", draw_id=void.pk))


def _draw(draw: Draw) -> str:
    return path("ops:draw", phase_id=draw.panel.phase_id, panel_id=draw.panel_id)


def _invitations() -> Iterator[Page]:
    scene = Scene()
    kwargs = {"phase_id": scene.phase.pk, "panel_id": scene.panel.pk}
    yield Page("ops-invitations-none", path("ops:invitations", **kwargs), scene.officer)
    panel = make_panel(scene.phase, kind=PanelKind.COMMITTEE, part="", name="심의위원회")
    people = [make_user("reviewer", name=f"평가위원 {n}") for n in (21, 22, 23)]
    guests = [Guest(person.email, person.name) for person in people] + [Guest("reviewer-24@example.org")]
    invited = actions.invite_to_panel(panel, guests=guests, answer_due=soon(), invited_by=scene.officer).new
    actions.accept_panel_invitation(invited[1], accepted_by=people[1])
    actions.decline_panel_invitation(invited[2], declined_by=people[2], reason="일정이 겹침")
    kwargs = {"phase_id": scene.phase.pk, "panel_id": panel.pk}
    yield Page("ops-invitations", path("ops:invitations", **kwargs), scene.officer)
    yield Page("invited", path("review:invitation", invitation_id=invited[0].pk), people[0])
    yield Page("review-home-invited", path("review:home"), people[0])
    yield Page("invited-declined", path("review:invitation", invitation_id=invited[2].pk), people[2])
    assert PanelInvitation.objects.filter(panel=panel).count() == len(guests)


def _before_seating() -> Iterator[Page]:
    scene = Scene(document=ruleset_document() | ROSTER)
    Phase.objects.filter(pk=scene.phase.pk).update(state="receiving")
    entry = type(scene.entries[0]).objects.get(pk=scene.entries[0].pk)
    given = {"reason": "두 기관이 소송 중", "named_by": scene.members[0]}
    open_row = actions.name_unsuitable(entry, person="평가위원 31 (누리대학교)", **given)
    ruled = actions.name_unsuitable(entry, person="평가위원 32 (다솜연구소)", email="reviewer-32@example.org", **given)
    actions.rule_on_naming(ruled, uphold=True, reason="소송 기록이 확인됨", ruled_by=scene.officer)
    yield Page("team-panels-naming", path("review:party_panels", entry_id=entry.pk), scene.members[0])
    yield Page("ops-naming", path("ops:naming", naming_id=open_row.pk), scene.officer)
    yield Page("ops-naming-ruled", path("ops:naming", naming_id=ruled.pk), scene.auditor)


def _challenged() -> Iterator[Page]:
    scene = Scene(document=ruleset_document() | ROSTER)
    make_seat(scene.panel, officer=scene.officer, kind=SeatKind.ALTERNATE)
    kwargs = {"phase_id": scene.phase.pk, "panel_id": scene.panel.pk}
    yield Page("ops-panel", path("ops:panel", **kwargs), scene.officer)
    actions.open_roster(scene.panel, challenge_due=soon(), opened_by=scene.officer)
    request = actions.challenge(
        scene.seats[1], entry=scene.entries[0], reason="최근 3년 공동 연구", lodged_by=scene.members[0]
    )
    actions.ask_to_withdraw(scene.seats[2], reason="배우자의 이직", asked_by=scene.seats[2].user)
    yield Page("team-panels", path("review:party_panels", entry_id=scene.entries[0].pk), scene.members[0])
    yield Page("ops-recusals", path("ops:recusals", phase_id=scene.phase.pk), scene.officer)
    yield Page("ops-recusal", path("ops:recusal", request_id=request.pk), scene.officer)
    yield Page("withdrawal", path("review:withdrawal", seat_id=scene.seats[0].pk), scene.seats[0].user)
    yield Page("withdrawal-asked", path("review:withdrawal", seat_id=scene.seats[2].pk), scene.seats[2].user)
