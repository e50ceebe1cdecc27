"""Non-interference: two states that differ only in hidden scores give byte-equal answers to whoever may not see them."""

import re

import pytest
from django.urls import reverse

from portal.review.actions import SheetValues, save_score
from portal.review.models import DraftScore, ScoreSheet
from tests.factories.accounts import sign_in
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db

VARYING = (
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"'),
    re.compile(rb"<time datetime=\"[^\"]+\">[^<]*</time>"),
)
HIDDEN = ("33.5", "숨은 의견")


@pytest.fixture
def scene():
    scene = Scene()
    sheet = scene.sheet_of(1, 0)
    values = SheetValues(scores={"strategy": "11.5", "impact": "5"}, opinion="보이는 의견")
    save_score(sheet, values=values, version=0, saved_by=sheet.assignment.seat.user)
    return scene


def change_the_hidden(scene):
    """Other figures and other words on the sheet of seat 1, below every page: the same version, the same time."""
    sheet = scene.sheet_of(1, 0)
    DraftScore.objects.filter(sheet=sheet, criterion="strategy").update(value=HIDDEN[0], comment=HIDDEN[1])
    ScoreSheet.objects.filter(pk=sheet.pk).update(opinion=HIDDEN[1])


def addresses(scene):
    phase, entry = scene.phase.pk, scene.entries[0].pk
    sheets = [scene.sheet_of(seat, 0).pk for seat in range(3)]
    yield reverse("review:home")
    yield reverse("ops:home")
    for name in (
        "phase",
        "panels",
        "seal",
        "tally",
        "outside_results",
        "gates",
        "minutes_list",
        "decisions",
        "notices",
        "appeals",
    ):
        yield reverse(f"ops:{name}", kwargs={"phase_id": phase})
    yield reverse("ops:entry", kwargs={"phase_id": phase, "entry_id": entry})
    yield reverse("review:matters", kwargs={"entry_id": entry})
    yield reverse("review:result", kwargs={"entry_id": entry})
    for seat in scene.seats:
        yield reverse("review:comparison", kwargs={"seat_id": seat.pk})
        yield reverse("review:declaration", kwargs={"seat_id": seat.pk})
    for sheet in sheets:
        for name in ("sheet", "sign", "print"):
            yield reverse(f"review:{name}", kwargs={"sheet_id": sheet})


def answers(client, scene, user):
    client.logout()
    if user is not None:
        sign_in(client, user)
    return {url: normalised(client.get(url)) for url in addresses(scene)}


def normalised(response):
    content = response.content
    for pattern in VARYING:
        content = pattern.sub(b"", content)
    return response.status_code, content


@pytest.mark.parametrize(
    "who", ["officer", "decider", "auditor", "chair", "colleague", "own team", "rival team", "public"]
)
def test_hidden_scores_do_not_reach(client, scene, who):
    people = {
        "officer": scene.officer,
        "decider": scene.decider,
        "auditor": scene.auditor,
        "chair": scene.seats[0].user,
        "colleague": scene.seats[2].user,
        "own team": scene.members[0],
        "rival team": scene.members[1],
        "public": None,
    }
    before = answers(client, scene, people[who])

    change_the_hidden(scene)

    assert answers(client, scene, people[who]) == before


def test_the_owner_sees_the_difference(client, scene):
    owner = scene.seats[1].user
    before = answers(client, scene, owner)

    change_the_hidden(scene)

    assert answers(client, scene, owner) != before
