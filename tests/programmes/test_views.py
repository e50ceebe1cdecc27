"""What the pages do, beyond who may open them (tests/access)."""

import hashlib
import json

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from portal.programmes.models import RuleSetVersion
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
    return client.post(url, {"file": SimpleUploadedFile(name, content), "act": "take"}, follow=True)


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
    officer.post(freeze, {"digest": phase.ruleset.digest})
    phase.refresh_from_db()
    assert (phase.state, phase.ruleset.frozen_at is not None) == ("rules_frozen", True)


def test_an_upload_to_frozen_rules_is_refused(officer):
    phase = make_phase("rules_frozen")
    answer = upload(officer, phase, as_yaml({**rules_document(), "tie_break": []}))
    assert answer.status_code == 422
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
    assert answer.status_code == 422
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
    assert answer.status_code == 422
    assert "alert-danger" in answer.content.decode()
    assert "open_receiving" not in answer.content.decode()


def test_closing_early_asks_for_a_reason_and_keeps_what_was_typed(officer):
    phase = make_phase("receiving")
    page_url = reverse("ops_programmes:phase", kwargs={"phase": phase.slug})
    assert "공지한 마감이 아직 지나지 않았습니다." in officer.get(page_url).content.decode()
    answer = officer.post(reverse("ops_programmes:move", kwargs={"phase": phase.slug}), {"event": "close_receiving"})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    phase.refresh_from_db()
    assert phase.state == "receiving"


def test_other_rules_than_were_read_are_not_frozen(officer):
    phase = make_phase()
    officer.post(reverse("ops_programmes:freeze", kwargs={"phase": phase.slug}), {"digest": "0" * 64})
    phase.refresh_from_db()
    assert phase.state == "drafted"


def test_what_is_frozen_keeps_its_digest_on_the_page(officer):
    phase = make_phase("receiving")
    assert phase.ruleset.digest in page(officer, "ops_programmes:freeze", phase=phase.slug)


def test_two_frozen_versions_stand_side_by_side(client):
    programme = make_programme()
    for name in ("dokja-2026-phase1", "dokja-2026-phase2"):
        make_ruleset(programme, document=rules_document(name))
    text = page(client, "programmes:ruleset-diff", slug=programme.slug, before=1, after=2)
    for sentence in ("parts[expert].criteria[results].max", '<div class="plain-text">15</div>', "전문가 평가"):
        assert sentence in text


def test_a_proposed_version_is_read_by_everybody(client):
    version = make_ruleset(make_programme(), frozen=False)
    RuleSetVersion.objects.filter(pk=version.pk).update(shown_at=timezone.now())
    answer = client.get(f"/programmes/{version.programme.slug}/rules/1/")
    assert answer.status_code == 200
