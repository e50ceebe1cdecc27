"""Curves of rivals in one drawing: from the seal on, for the panel and the staff, in the order of codes."""

import pytest
from django.urls import reverse
from django.utils import translation

from tests.factories.accounts import sign_in
from tests.factories.review import Scene
from tests.factories.traces import logs_of, make_trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    scene = Scene()
    for number, entry in enumerate(scene.entries):
        make_trace(entry, logs=logs_of(400, seed=number, every=number + 1))
    return scene


def address(scene, query=""):
    with translation.override("en"):
        return reverse("review:curves", kwargs={"phase_id": scene.phase.pk}) + query


def test_before_the_seal_nobody_draws_rivals_together(client, scene):
    for person in (scene.seats[0].user, scene.officer, scene.auditor):
        sign_in(client, person)
        assert client.get(address(scene)).status_code == 403
    sign_in(client, scene.members[0])
    assert client.get(address(scene)).status_code == 404


def test_after_the_seal_every_entry_stands_in_one_drawing(client, scene):
    scene.seal()
    sign_in(client, scene.seats[0].user)

    html = client.get(address(scene)).content.decode()
    codes = [f"{entry.code} · " for entry in scene.entries]

    assert html.count('class="curve-line line-') == 2 * len(codes)
    assert sorted(codes, key=html.index) == sorted(codes)
    assert "same tokenizer" in html
    sign_in(client, scene.members[0])
    assert client.get(address(scene)).status_code == 404


def test_an_entry_without_the_series_is_named_and_the_choice_is_kept(client, scene):
    scene.seal()
    sign_in(client, scene.officer)
    first = scene.entries[0].code

    memory = client.get(address(scene, "?quantity=memory&x=step")).content.decode()
    chosen = client.get(address(scene, f"?entry={first}&x=step&log=on")).content.decode()

    assert "The log of this entry has no such series." in memory
    assert chosen.count('class="curve-line line-') == 2
    assert client.get(address(scene, "?entry=nobody")).status_code == 422
