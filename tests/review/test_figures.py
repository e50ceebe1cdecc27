"""Weight sensitivity: nobody before the phase is final, then as the disclosure matrix says. Trace: every figure to its sources."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from portal.common.viewer import ANONYMOUS, viewer_of_user
from portal.review.models import OutsideResult, SignedSheet
from portal.review.policies.figures import own_codes, sees_sensitivity
from portal.review.policies.table import STAGES
from portal.review.selectors.sensitivity import places_given, sensitivity_of
from tests.factories.accounts import make_user, sign_in
from tests.factories.review import Scene, ruleset_document

pytestmark = pytest.mark.django_db
MATRICES = {
    "everybody": {"public": "final", "own_consortium": "final", "other_consortia": "final", "auditor": "final"},
    "too early": {"public": "notified", "own_consortium": "notified", "auditor": "sealed"},
    "teams": {"own_consortium": "final", "other_consortia": "final"},
    "auditor, archived": {"auditor": "archived"},
    "never": {"public": "never"},
}
# who sees it at `final`, and who at `archived`
SEEN = {
    "everybody": ("all", "all"),
    "too early": ("all", "all"),
    "teams": ("team", "team"),
    "auditor, archived": ("", "staff"),
    "never": ("", ""),
}
WHO = {
    "all": {"officer", "decider", "auditor", "team", "chair", "public"},
    "team": {"team"},
    "staff": {"officer", "decider", "auditor"},
    "": set(),
}


def scene_with(matrix, *, state="final"):
    document = {**ruleset_document(), "disclosure": {"weight_sensitivity": matrix} if matrix else {}}
    scene = Scene(document=document)
    scene.notify()
    move(scene, state)
    return scene


def move(scene, state):
    type(scene.phase).objects.filter(pk=scene.phase.pk).update(state=state)
    scene.phase.refresh_from_db()


@pytest.mark.parametrize("name", MATRICES)
def test_at_every_stage_those_whom_the_matrix_names_and_nobody_before_final(name):
    scene = scene_with(MATRICES[name])
    people = {
        "officer": scene.officer,
        "decider": scene.decider,
        "auditor": scene.auditor,
        "team": scene.members[0],
        "chair": scene.seats[0].user,
    }
    viewers = {who: viewer_of_user(user) for who, user in people.items()} | {"public": ANONYMOUS}
    final, archived = SEEN[name]

    for stage in STAGES:
        move(scene, stage)
        seen = {who for who, viewer in viewers.items() if sees_sensitivity(viewer, scene.phase.pk).allowed}
        assert seen == {"final": WHO[final], "archived": WHO[archived]}.get(stage, set()), stage


def test_under_the_embargo_the_public_sees_nothing_and_a_team_its_own_alone():
    scene = scene_with(MATRICES["everybody"])
    later = timezone.now() + timedelta(hours=1)
    type(scene.phase).objects.filter(pk=scene.phase.pk).update(embargo_until=later)
    scene.phase.refresh_from_db()
    team = viewer_of_user(scene.members[0])

    assert not sees_sensitivity(ANONYMOUS, scene.phase.pk).exists
    assert sees_sensitivity(viewer_of_user(scene.auditor), scene.phase.pk).allowed
    assert sees_sensitivity(team, scene.phase.pk).allowed
    assert own_codes(team, scene.phase) == {scene.entries[0].code}


def test_what_never_opens_does_not_exist_and_what_opens_later_says_so():
    scene = scene_with(MATRICES["auditor, archived"])

    auditor, team = viewer_of_user(scene.auditor), viewer_of_user(scene.members[0])

    assert sees_sensitivity(auditor, scene.phase.pk).exists
    assert not sees_sensitivity(team, scene.phase.pk).exists
    assert not sees_sensitivity(ANONYMOUS, scene.phase.pk).exists


def shown(client, name, **kwargs):
    for language in ("ko", "en"):
        with translation.override(language):
            response = client.get(reverse(name, kwargs=kwargs))
        assert response.status_code == 200
    return response.content.decode()


def test_the_page_counts_as_many_places_as_advanced_and_rests_on_the_tally(client):
    scene = scene_with(MATRICES["everybody"])

    page = shown(client, "review:sensitivity", phase_id=scene.phase.pk)

    assert places_given(scene.phase) == 2
    document = sensitivity_of(scene.phase)
    assert document["ahead"] == ["A", "B"]
    assert document["input_digest"] in page
    assert "A, B" in page


def test_a_team_that_may_see_its_own_alone_sees_no_other(client):
    scene = scene_with({"own_consortium": "final"})
    sign_in(client, scene.members[2])

    page = shown(client, "review:sensitivity", phase_id=scene.phase.pk).split("<main")[1]

    assert scene.entries[2].consortium.name_en in page
    assert scene.entries[0].consortium.name_en not in page
    assert "A, B" not in page


def test_staff_go_from_a_figure_to_the_sheets_that_were_signed(client):
    scene = Scene()
    scene.notify()
    sign_in(client, scene.auditor)

    page = shown(client, "review:trace", entry_id=scene.entries[0].pk)

    digests = SignedSheet.objects.filter(sheet__assignment__entry=scene.entries[0]).values_list("digest", flat=True)
    assert len(digests) == 3
    for digest in digests:
        assert digest in page
    for sheet in (scene.sheet_of(seat, 0) for seat in range(3)):
        assert f"/sheets/{sheet.pk}/print/" in page
    assert scene.phase.ruleset.digest in page
    assert OutsideResult.objects.get(entry=scene.entries[0]).document.sha256 in page


def test_the_own_team_sees_how_many_sheets_there_were_and_no_more(client):
    scene = Scene()
    scene.notify()
    sign_in(client, scene.members[0])

    page = shown(client, "review:trace", entry_id=scene.entries[0].pk)

    assert "1 sheet counted, 2 dropped by the rule" in page
    for digest in SignedSheet.objects.values_list("digest", flat=True):
        assert digest not in page
    assert "e01" not in page
    assert client.get(reverse("review:trace", kwargs={"entry_id": scene.entries[1].pk})).status_code == 404


def test_before_the_tally_there_is_no_trace(client):
    scene = Scene()

    for user, status in ((scene.officer, 403), (scene.members[0], 403), (make_user("reviewer"), 404)):
        sign_in(client, user)
        assert client.get(reverse("review:trace", kwargs={"entry_id": scene.entries[0].pk})).status_code == status


@pytest.mark.parametrize(("name", "linked"), [("everybody", True), ("teams", False), ("never", False)])
def test_the_public_finds_the_page_from_the_programme_where_it_is_open_to_it(client, name, linked):
    scene = scene_with(MATRICES[name])

    page = shown(client, "programmes:programme", slug=scene.phase.programme.slug)

    assert (f"/phases/{scene.phase.pk}/sensitivity/" in page) == linked
