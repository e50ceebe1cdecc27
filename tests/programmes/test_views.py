"""What the pages do, beyond who may open them (tests/access)."""

import hashlib
import json
from datetime import timedelta

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from portal.programmes.models import Call
from tests.factories.accounts import make_user, sign_in
from tests.factories.programmes import make_call, make_phase, make_programme, make_ruleset, rules_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    return sign_in(client, make_user("officer"))


def page(client, name, **kwargs):
    return client.get(reverse(name, kwargs=kwargs)).content.decode()


def upload(client, phase, content, name="rules.yaml"):
    url = reverse("ops_programmes:rules", kwargs={"phase": phase.slug})
    return client.post(url, {"document": SimpleUploadedFile(name, content)}, follow=True)


def as_yaml(document):
    return yaml.safe_dump(document, allow_unicode=True).encode()


def test_the_rules_stand_on_the_page_in_words(client):
    version = make_ruleset(make_programme(), document=rules_document("dokja-2026-phase1"))
    text = page(client, "programmes:ruleset", slug=version.programme.slug, version=1)
    for sentence in (version.digest, "전문가 평가", "동점 처리는 공표되지 않았다", "기술적 독자성"):
        assert sentence in text


@pytest.mark.parametrize("name", ["dokja-2026-phase1", "dokja-2026-phase2", "demonstration-phase1"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_shipped_rule_set_has_a_page_in_both_languages(client, name, prefix):
    version = make_ruleset(make_programme(), document=rules_document(name))
    with translation.override("ko"):  # the language of the last request would stay for the next test
        answer = client.get(f"{prefix}/programmes/{version.programme.slug}/rules/1/")
    assert answer.status_code == 200


def test_the_downloaded_json_has_the_digest_of_the_rules(client):
    version = make_ruleset(make_programme())
    kwargs = {"slug": version.programme.slug, "version": version.version}
    answer = client.get(reverse("programmes:ruleset-json", kwargs=kwargs))
    assert hashlib.sha256(answer.content).hexdigest() == version.digest
    assert json.loads(answer.content) == version.document


def test_the_downloaded_yaml_is_the_same_document(client):
    version = make_ruleset(make_programme())
    kwargs = {"slug": version.programme.slug, "version": version.version}
    answer = client.get(reverse("programmes:ruleset-yaml", kwargs=kwargs))
    assert yaml.safe_load(answer.content) == version.document


def test_an_officer_uploads_and_freezes(officer):
    phase = make_phase(ruleset=None)
    upload(officer, phase, as_yaml(rules_document()))
    phase.refresh_from_db()
    freeze = reverse("ops_programmes:freeze", kwargs={"phase": phase.slug})
    assert phase.ruleset.digest in officer.get(freeze).content.decode()
    officer.post(freeze)
    phase.refresh_from_db()
    assert (phase.state, phase.ruleset.frozen_at is not None) == ("rules_frozen", True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (as_yaml({**rules_document(), "points": 99}), "points: is 99, but its parts add up to 100."),
        (b"schema: ruleset/9", "schema: &#x27;ruleset/9&#x27; is not one of: ruleset/1."),
        (b"{[", "rules.yaml: is not YAML"),
        (b"\xff\xfe", "rules.yaml: is not UTF-8 (byte 0)."),
        (b"a: &x [1]\nb: *x", "aliases are not allowed"),
        (b"name: a\nname: b", "appears twice"),
        (b"!!python/object/apply:os.system ['true']", "rules.yaml: is not YAML"),
        (b"[" * 100_000, "rules.yaml: is nested too deeply."),
        (b"#" * 300_000, "rules.yaml: is larger than 256 KB"),
        (b"1: x", "is not a text"),
    ],
)
def test_an_upload_that_cannot_stand_says_where(officer, content, message):
    phase = make_phase(ruleset=None)
    answer = upload(officer, phase, content)
    assert message in answer.content.decode()
    phase.refresh_from_db()
    assert phase.ruleset is None


def test_an_upload_to_frozen_rules_is_refused(officer):
    phase = make_phase("rules_frozen")
    answer = upload(officer, phase, as_yaml({**rules_document(), "tie_break": []}))
    assert "error-summary" in answer.content.decode()
    assert phase.programme.rulesets.count() == 1


def test_the_deadline_is_read_in_korean_time(officer):
    phase = make_phase("receiving")
    url = reverse("ops_programmes:deadline", kwargs={"phase": phase.slug})
    officer.post(url, {"closes_at": "2027-03-02T16:00", "reason": "연장"})
    phase.refresh_from_db()
    assert phase.closes_at.isoformat() == "2027-03-02T07:00:00+00:00"


def test_a_deadline_in_the_past_stays_on_the_form(officer):
    phase = make_phase("receiving")
    url = reverse("ops_programmes:deadline", kwargs={"phase": phase.slug})
    answer = officer.post(url, {"closes_at": "2020-01-01T00:00", "reason": "연장"})
    assert "error-summary" in answer.content.decode()
    assert not phase.deadline_changes.exists()


def test_a_phase_moves_by_the_buttons_of_its_page(officer):
    phase = make_phase("rules_frozen")
    move = reverse("ops_programmes:move", kwargs={"phase": phase.slug})
    officer.post(move, {"event": "open_receiving"})
    officer.post(move, {"event": "close_receiving", "reason": "모두 제출했다."})
    phase.refresh_from_db()
    assert phase.state == "closed"


@pytest.mark.parametrize("event", ["seal", "decide", "nonsense", ""])
def test_steps_of_reviewing_are_not_taken_here(officer, event):
    phase = make_phase("scoring")
    officer.post(reverse("ops_programmes:move", kwargs={"phase": phase.slug}), {"event": event})
    phase.refresh_from_db()
    assert phase.state == "scoring"


def test_a_call_is_drafted_and_opened(officer):
    phase = make_phase("rules_frozen")
    start = timezone.localtime()
    moments = {
        key: f"{start + timedelta(days=days):%Y-%m-%dT%H:%M}" for key, days in (("opens_at", 0), ("closes_at", 9))
    }
    url = reverse("ops_programmes:call-new", kwargs={"phase": phase.slug})
    officer.post(url, {**moments, "seats": 1, "reason": "한 자리가 비었다."})
    call = Call.objects.get()
    officer.post(reverse("ops_programmes:call-move", kwargs={"call": call.pk}), {"event": "open"})
    call.refresh_from_db()
    assert (call.state, call.seats) == ("open", 1)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_programmes_takes_the_same_queries(client, django_assert_num_queries, count):
    for _ in range(count):
        make_call(make_phase("receiving"))
    with django_assert_num_queries(2):
        client.get(reverse("programmes:list"))


@pytest.mark.parametrize("count", [1, 3])
def test_a_programme_page_takes_the_same_queries(client, django_assert_num_queries, count):
    programme = make_programme()
    for _ in range(count):
        make_call(make_phase("receiving", programme=programme), state="open")
    with django_assert_num_queries(7):
        client.get(reverse("programmes:programme", kwargs={"slug": programme.slug}))


def test_a_step_that_is_not_possible_is_told_in_a_sentence(officer):
    phase = make_phase("scoring")
    url = reverse("ops_programmes:move", kwargs={"phase": phase.slug})
    answer = officer.post(url, {"event": "open_receiving"}, follow=True)
    assert "alert-danger" in answer.content.decode()
    assert "open_receiving" not in answer.content.decode()
