"""The editor of rule sets: every text is kept, and one that cannot stand says where, with the line."""

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from portal.audit.models import Event
from portal.programmes import editing
from portal.programmes.models import RuleSetDraft
from tests.factories.accounts import make_user, sign_in
from tests.factories.programmes import make_phase, make_ruleset, rules_document

SHIPPED = editing.shipped()["dokja-2026-phase1"]


@pytest.fixture
def officer(client, db):
    return sign_in(client, make_user("officer"))


def written(client, phase, text, *, act="check", revision=0, **files):
    url = reverse("ops_programmes:rules", kwargs={"phase": phase.slug})
    return client.post(url, {"text": text, "revision": revision, "act": act, **files})


def editor(client, phase, **query):
    return client.get(reverse("ops_programmes:rules", kwargs={"phase": phase.slug}), query)


def as_yaml(**changes):
    return yaml.safe_dump({**rules_document(), **changes}, allow_unicode=True, sort_keys=False)


def refused(text, language="en"):
    with translation.override(language):
        return str(editing.check(text).refusal)


def test_what_ships_stands():
    assert {name for name, text in editing.shipped().items() if editing.check(text).document is None} == set()
    assert len(editing.shipped()) == 3


def test_an_error_names_the_place_and_the_line():
    text = SHIPPED.replace("max: 15", "max: -5")
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if "max: -5" in row)
    assert refused(text) == f"parts[3].criteria[1].max (line {line}): must be more than 0, not -5."
    assert refused(text, "ko") == f"parts[3].criteria[1].max ({line}행): 0보다 커야 합니다. 지금 값: -5."
    excerpt = dict(editing.check(text).excerpt)
    assert "max: -5" in excerpt[line]
    assert len(excerpt) == 5


def test_what_is_missing_is_shown_where_it_belongs():
    text = SHIPPED.replace("vote: {quorum: majority_of_seated, approval: majority_of_seated}", "vote: {}")
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if row.startswith("vote"))
    assert refused(text) == f"vote.quorum (line {line}): is missing."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schema: ruleset/9", "schema (line 1): 'ruleset/9' is not one of: ruleset/1."),
        ("{[", "the text (line 1): is not YAML"),
        ("a: 1\n  b: 2", "the text (line 2): is not YAML, at column 4"),
        ("a: &x [1]\nb: *x", "the text (line 2): aliases are not allowed"),
        ("name: a\nname: b", "the text (line 2): the key 'name' appears twice"),
        ("!!python/object/apply:os.system ['true']", "the text (line 1): is not YAML"),
        ("[" * 100_000, "the text: is nested too deeply."),
        ("#" * 300_000, "the text: is larger than 256 KB"),
        ("1: x", "the text (line 1): the key 1 is not a text"),
        ("a: \x00", "the text: is not YAML"),
        (as_yaml(points=99), "points (line 6): is 99, but its parts add up to 100."),
    ],
)
def test_a_text_that_cannot_stand_says_where(text, message):
    assert refused(text).startswith(message)


def test_every_refusal_has_a_korean_sentence():
    with translation.override("ko"):
        assert "add up" not in str(editing.check(as_yaml(points=99)).refusal)


def test_a_text_is_kept_even_if_it_cannot_stand(officer):
    phase = make_phase(ruleset=None)
    answer = written(officer, phase, "schema: ruleset/9\r\n")
    assert answer.status_code == 422
    assert "ruleset/9" in answer.content.decode()
    draft = RuleSetDraft.objects.get()
    assert (draft.phase, draft.text, draft.revision) == (phase, "schema: ruleset/9\n", 1)
    assert "ruleset/9" in editor(officer, phase).content.decode()


def test_a_text_that_stands_is_shown_in_both_languages_before_it_is_taken(officer):
    phase = make_phase(ruleset=None)
    assert written(officer, phase, SHIPPED).status_code == 302
    page = editor(officer, phase).content.decode()
    assert "Fidelity to the plan" in page
    assert "계획 이행도" in page
    phase.refresh_from_db()
    assert phase.ruleset is None


def test_taking_makes_it_the_rules_of_the_phase(officer):
    phase = make_phase(ruleset=None)
    written(officer, phase, SHIPPED, act="take")
    written(officer, phase, SHIPPED, act="take", revision=1)  # a second click is the same version
    phase.refresh_from_db()
    assert phase.ruleset.document == yaml.safe_load(SHIPPED)
    assert phase.programme.rulesets.count() == 1
    assert [row.action for row in Event.objects.filter(action__startswith="rules.")] == [
        "rules.draft_saved", "rules.proposed",
    ]  # fmt: skip


def test_a_file_takes_the_place_of_the_text(officer):
    phase = make_phase(ruleset=None)
    written(officer, phase, "old", file=SimpleUploadedFile("rules.yaml", SHIPPED.encode()))
    assert RuleSetDraft.objects.get().text == SHIPPED


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * 300_000])
def test_a_file_that_is_no_text_leaves_the_text_in_the_editor(officer, content):
    phase = make_phase(ruleset=None)
    answer = written(officer, phase, "name: mine", file=SimpleUploadedFile("rules.yaml", content))
    assert answer.status_code == 422
    assert "name: mine" in answer.content.decode()
    assert "rules.yaml" in answer.content.decode()
    assert not RuleSetDraft.objects.exists()


def test_an_empty_editor_is_refused(officer):
    assert written(officer, make_phase(ruleset=None), "  ").status_code == 422


def test_two_people_who_write_both_keep_their_text(officer):
    phase = make_phase(ruleset=None)
    written(officer, phase, "name: first")
    answer = written(officer, phase, "name: second", revision=0)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "name: first" in page
    assert "name: second" in page
    assert RuleSetDraft.objects.get().text == "name: first"
    assert written(officer, phase, "name: second", revision=1).status_code == 422  # saved knowingly; no rule set yet
    assert RuleSetDraft.objects.get().text == "name: second"


def test_a_text_starts_from_what_is_there(officer):
    phase = make_phase(ruleset=None)
    version = make_ruleset(phase.programme, document=rules_document("dokja-2026-phase2"))
    assert "τ3-Banking" in editor(officer, phase, start=f"version-{version.pk}").content.decode()
    assert "# The rule set of phase 1" in editor(officer, phase, start="file-dokja-2026-phase1").content.decode()
    assert not RuleSetDraft.objects.exists()


@pytest.mark.parametrize("start", ["file-../pyproject", "file-dokja-2026", "version-0", "version-x", "nothing", ""])
def test_a_beginning_that_is_not_there_leaves_the_editor_as_it_was(officer, start):
    phase = make_phase(ruleset=None)
    written(officer, phase, "name: mine")
    assert "name: mine" in editor(officer, phase, start=start).content.decode()


def test_a_text_is_compared_with_the_present_rules(officer):
    phase = make_phase()
    written(officer, phase, as_yaml(tie_break=["benchmark"]))
    page = editor(officer, phase).content.decode()
    assert '<code class="path">tie_break</code>' in page


def test_frozen_rules_have_no_editor(officer):
    phase = make_phase("receiving")
    page = editor(officer, phase).content.decode()
    assert "<textarea" not in page
    assert phase.ruleset.digest in page
    assert written(officer, phase, SHIPPED).status_code == 422
    assert not RuleSetDraft.objects.exists()


@pytest.mark.parametrize("value", ["2026-13-45", "!!int abc", "!!bool perhaps", "!!timestamp soon", "9" * 5000])
def test_what_only_looks_like_a_value_is_refused_with_its_line(value):
    refusal = editing.check(f"schema: ruleset/1\npoints: {value}\n").refusal

    assert refusal.line == 2
