"""What the public reads, and when: states of a round, the way back of every number, downloads, and no leak under embargo."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from portal.results.enums import State
from portal.results.presentation.stages import stage_of
from portal.results.presentation.teams import team_page
from tests.factories.accounts import make_user, sign_in
from tests.factories.releases import make_release
from tests.factories.result_rules import ruleset_document
from tests.factories.results import auditor_bundle
from tests.factories.review import make_phase

pytestmark = pytest.mark.django_db


def url_of(page: str, release, **more) -> str:
    place = {"programme": release.phase.programme.slug, "phase": release.phase.slug}
    return reverse(f"results:{page}", kwargs={**place, **more})


def text(response) -> str:
    return response.content.decode()


def test_round_shows_totals_ranks_decisions_and_digests(client):
    release = make_release()
    page = text(client.get(url_of("round", release)))
    for shown in ("77.1", "B 공개 사유", release.content.root, release.phase.ruleset.digest, "누리", "잠정"):
        assert shown in page


def test_english_page_has_english_names(client):
    release = make_release()
    page = text(client.get(f"/en{url_of('round', release)}"))
    assert '<html lang="en">' in page
    assert "Nuri" in page
    assert "Provisional" in page


def test_every_number_of_a_team_leads_back_to_sheets_and_runs(client):
    release = make_release()
    page = text(client.get(url_of("team", release, version=1, code="A")))
    run = "00000000-0000-4000-8000-000000000001"
    for shown in (run, "± 0.02", "SmolLM2-135M", "0.966 ± 0.004", "Index Body", "R-2026-0001"):
        assert shown in page


def test_reply_and_grounds_stand_on_the_page_of_the_team_that_was_ruled_out(client):
    release = make_release()
    page = text(client.get(url_of("team", release, version=1, code="B")))
    assert "소명합니다." in page
    assert "B 공개 사유" in page
    assert "비공개" not in page.replace("비공개 값", "").replace("점수 비공개", "")


@pytest.mark.parametrize(
    ("outcome", "level", "shown", "tone"),
    [
        ("own lineage", 2, "own lineage", "neutral"),
        ("not comparable", 0, "Could not be compared", "neutral"),
        ("", 2, "Common origin", "danger"),
        ("", 1, "Anomaly to be explained", "info"),
    ],
)
def test_a_finding_is_shown_in_the_words_of_its_outcome(outcome, level, shown, tone):
    document = json.loads(make_release().content.public)
    row = next(entry for entry in document["entries"] if entry["code"] == "A")["originality"][0]
    row |= {"outcome": outcome, "level": level}

    with translation.override("en"):
        line = team_page(document, "A").comparisons[0]

        assert (str(line.level_text), line.tone) == (shown, tone)


def test_data_page_lists_every_file_with_its_digest_and_each_downloads(client):
    release = make_release()
    page = client.get(url_of("data", release, version=1))
    for line in page.context["files"]:
        answer = client.get(line.url)
        assert answer["Content-Disposition"] == f'attachment; filename="{line.name}"'
        assert len(answer.content) == line.size
        assert line.sha256 in text(page)
    assert (
        json.loads(client.get(url_of("file", release, version=1, name="public.json")).content)["schema"]
        == "release-public/1"
    )


@pytest.mark.parametrize("hours", [1, 24 * 365])
def test_nothing_of_a_release_is_readable_before_its_embargo(client, hours):
    release = make_release(embargo_until=timezone.now() + timedelta(hours=hours))
    pending = text(client.get(url_of("round", release)))
    assert release.content.root in pending
    for canary in ("77.1", "공개 사유", "소명합니다"):
        assert canary not in pending
    for name, more in (("release", {}), ("data", {}), ("team", {"code": "A"}), ("file", {"name": "public.json"})):
        assert client.get(url_of(name, release, version=1, **more)).status_code == 404


def test_prepared_release_does_not_even_show_its_digest(client):
    release = make_release(State.PREPARED)
    for address in (url_of("round", release), "/", "/rounds/", "/verify/"):
        assert release.content.root not in text(client.get(address))


def test_corrected_version_stays_readable_and_is_not_indexed(client):
    first = make_release(State.CORRECTED)
    second = make_release(phase=first.phase, corrects=first, auditor=auditor_bundle(seed=8))
    old = text(client.get(url_of("release", first, version=1)))
    assert '<meta name="robots" content="noindex">' in old
    assert url_of("release", first, version=2) in old
    current = client.get(url_of("round", first))
    assert current.context["release"] == second
    assert "noindex" not in text(current)


def test_closed_points_are_a_dash_not_a_zero(client):
    document = ruleset_document(disclosure={"winners": {"public": "notified"}, "averages": {"public": "notified"}})
    release = make_release(auditor=auditor_bundle(ruleset=document))
    page = text(client.get(url_of("round", release)))
    assert "77.1" not in page
    assert "점수 비공개" in page or "Points are not published" in page
    assert "23.03" in page


def test_home_without_any_round_says_so(client):
    assert client.get("/").status_code == 200
    assert client.get("/").context["latest"] is None


def test_home_shows_how_far_the_demonstration_is(client, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    steps = [
        {"name_ko": "규칙 동결", "name_en": "Freeze", "state": "done", "note_ko": "끝남", "note_en": "ended"},
        {"name_ko": "공표", "name_en": "Release", "state": "waiting", "note_ko": "", "note_en": ""},
    ]
    (tmp_path / "demonstration.json").write_text(json.dumps({"finished": None, "steps": steps}), encoding="utf-8")
    page = client.get("/")
    assert page.context["demonstration"].done == 1
    assert "규칙 동결" in text(page)
    part = client.get("/", headers={"HX-Request": "true"})
    assert "<html" not in text(part)


def test_rehearsals_are_nobodys_result(client):
    release = make_release()
    release.phase.is_rehearsal = True
    release.phase.save(update_fields=["is_rehearsal"])
    assert client.get(url_of("round", release)).status_code == 404
    assert release.phase.slug not in text(client.get("/rounds/"))


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("rules_frozen", 1),
        ("receiving", 2),
        ("scoring", 3),
        ("decided", 4),
        ("notified", 5),
        ("objection", 6),
        ("final", 8),
    ],
)
def test_stage_of_a_phase(state, step):
    assert stage_of(make_phase(state)).current == step


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_round_page_do_not_grow_with_versions(client, count, django_assert_max_num_queries):
    first = make_release(State.CORRECTED)
    for _ in range(count):
        first = make_release(phase=first.phase, corrects=first)
    with django_assert_max_num_queries(12):
        client.get(url_of("round", first))


def test_staff_walk_a_release_through_the_browser(client, settings, tmp_path):
    from tests.factories.releases import notified_scene

    settings.RELEASE_DIR = tmp_path / "releases"
    scene = notified_scene()
    sign_in(client, scene.officer)
    client.post(reverse("results:ops-prepare", kwargs={"phase_id": scene.phase.pk}), {"scope": "full"})
    release = scene.phase.releases.get()
    step = {
        name: reverse(f"results:ops-{name}", kwargs={"release": release.pk})
        for name in ("approve", "commit", "publish")
    }
    client.post(step["approve"])
    refused = client.post(step["commit"], follow=True)
    assert list(refused.context["messages"])[-1].level_tag == "error"
    sign_in(client, scene.decider)
    for name in ("approve", "commit", "publish"):
        client.post(step[name])
    release.refresh_from_db()
    assert release.state == State.PROVISIONAL
    assert (settings.RELEASE_DIR / "current").exists()


def test_acts_on_a_release_ask_for_a_recent_proof(client):
    release = make_release(State.PREPARED)
    sign_in(client, make_user("decider"), recent=False)
    answer = client.post(reverse("results:ops-approve", kwargs={"release": release.pk}))
    assert "reauthenticate" in answer["Location"]
    assert release.approvals.count() == 0


def test_auditors_bundle_is_downloaded_whole(client):
    release = make_release(State.PREPARED)
    sign_in(client, make_user("auditor"))
    answer = client.get(reverse("results:ops-auditor-bundle", kwargs={"release": release.pk}))
    assert text(answer) == release.content.auditor
