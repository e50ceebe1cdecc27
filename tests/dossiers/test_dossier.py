"""The dossier: the same document for page and JSON, each figure beside its null, and nothing that the reader may not see."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from jsonschema import Draft202012Validator

from portal.common.viewer import viewer_of_user
from portal.consortia.models import Entry
from portal.custody.models import Deposit
from portal.dossiers.documents import plain
from portal.dossiers.enums import Part
from portal.dossiers.selectors.dossier import dossier_of
from portal.dossiers.selectors.missing import Gap
from portal.review import actions as review
from portal.review.models import Disqualification
from tests.architecture.layers import ROOT
from tests.factories.accounts import make_user, sign_in
from tests.factories.code_runs import make_code_run
from tests.factories.dossiers import Verified
from tests.factories.originality_reports import finish
from tests.factories.submission_runs import report_run
from tests.factories.traces import make_trace
from tests.originality.bare_numbers import bare_numbers

pytestmark = pytest.mark.django_db
SCHEMA = json.loads((ROOT / "docs" / "dossier.schema.json").read_text("utf-8"))
CHECKS = (("first loss", "shown", 0), ("clock", "deviates", 1), ("compute", "not shown", 0))
TRACE = {
    "schema": "originality-trace/2",
    "level": 1,
    "findings": [
        {
            "check": check,
            "outcome": outcome,
            "level": level,
            "figure": {"value": 7.6} if outcome == "shown" else {},
            "expected": {},
            "reason": "",
            "ground": "",
            "data": [],
            "preconditions": [],
            "spans": [],
        }
        for check, outcome, level in CHECKS
    ],
    "missing": ["there is no training declaration"],
    "faults_total": 3,
    "curves": {"loss": [[step, 7.6 - step / 1000] for step in range(300)]},
    "limits": [],
}


@pytest.fixture
def scene() -> Verified:
    return Verified()


@pytest.fixture
def measured(tmp_path: Path) -> Verified:
    """With real files, and a finished run of each kind."""
    scene = Verified(folder=tmp_path)
    with_runs(scene)
    return scene


def with_runs(scene: Verified) -> None:
    submission = scene.entry.submissions.get()
    finish(report_run(submission).originality)
    make_trace(scene.entry, report=TRACE)
    make_code_run(scene.entry)


def read(scene: Verified, user=None):
    return dossier_of(Entry.objects.get(pk=scene.entry.pk), viewer_of_user(user or scene.manager))


def gaps(document):
    return {row["gap"]: row["about"] for row in document["missing"]}


def test_page_and_json_say_the_same_and_hold_the_schema(client, measured):
    scene = measured
    sign_in(client, scene.manager)

    page = client.get(f"/en/dossiers/{scene.entry.pk}/").content.decode()
    document = client.get(reverse("dossiers:data", args=[scene.entry.pk])).json()

    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
    assert document == read(scene)
    assert document["parts"]["metadata"]["digest"] in page or document["parts"]["metadata"]["receipt"] in page
    for row in document["parts"]["weights"]["comparisons"]:
        assert row["reference"] in page


def test_what_the_runs_found_stands_with_its_null_and_what_weighs_most_comes_first(measured):
    """One reading of one scene: making it costs more than all that is asserted."""
    document = read(measured)
    parts = document["parts"]
    with translation.override("en"):
        html = render_to_string("dossiers/parts/weights.html", {"doc": parts["weights"]})
    names = [row["reference"] for row in parts["weights"]["comparisons"]]

    assert [text for text in bare_numbers(f"<main>{html}</main>") if not any(name in text for name in names)] == []
    assert [row["check"] for row in parts["logs"]["findings"]] == ["clock", "first loss", "compute"]
    assert parts["logs"]["counts"] == {
        "as_expected": 1,
        "to_explain": 1,
        "contradictions": 0,
        "not_shown": 1,
        "not_applicable": 0,
    }
    assert len(parts["logs"]["curve"]) <= 162
    assert parts["logs"]["curve"][-1] == [299, "7.301"]
    assert gaps(document)[Gap.CHECKS_NOT_SHOWN] == ["compute"]
    projects = parts["code"]["runs"][0]["projects"]
    assert document["summary"]["unnamed_projects"] == sum(row["unsaid"] for row in projects)
    assert set(parts) == set(Part.values)
    assert plain(parts) == parts


def test_a_deposit_is_a_link_of_its_own_beside_what_was_handed_in(tmp_path):
    scene = Verified(folder=tmp_path)
    submission = scene.entry.submissions.get()
    chain = read(scene)["parts"]["chain"]

    assert (chain["deposits"], chain["handed_in_after_deposit"]) == (1, 0)
    final = chain["links"][-1]
    assert (final["role"], final["deposited_at"]) == ("final", None)
    assert final["digest"] == submission.items.get(role="checkpoint").digest


def test_what_is_missing_is_said_and_unanswered_questions_too(scene):
    question = review.ask_question(
        scene.entry, text="언제 시작했나?", due_at=timezone.now() + timedelta(days=1), asked_by=scene.officer
    )
    found = gaps(read(scene))

    assert {Gap.NO_STEP0, Gap.NO_CODE, Gap.NO_REPORT, Gap.NO_TRACE} <= set(found)
    assert found[Gap.UNANSWERED] == [str(question.pk)]
    review.answer_question(question, text="3월", answered_by=scene.manager)
    assert Gap.UNANSWERED not in gaps(read(scene))


def test_a_team_reads_no_procedure_before_it_is_told(scene):
    row = review.raise_disqualification(
        scene.entry, gate="originality", grounds="의심", evidence=[], raised_by=scene.officer
    )

    assert read(scene)["cases"] == []
    assert [case["number"] for case in read(scene, scene.officer)["cases"]] == [row.pk]
    Disqualification.objects.filter(pk=row.pk).update(state="notified")
    assert len(read(scene)["cases"]) == 1


def test_without_a_hand_in_it_says_so(client, scene):
    scene.entry.submissions.update(state="withdrawn")
    sign_in(client, scene.manager)

    assert gaps(read(scene)) == {Gap.NOTHING_HANDED_IN: []}
    assert client.get(reverse("dossiers:dossier", args=[scene.entry.pk])).status_code == 200


def test_it_holds_no_score_of_anybody(scene):
    text = str(read(scene, make_user("auditor")))

    assert "score" not in text.replace("scoring", "")


def test_the_number_of_queries_does_not_grow_with_deposits(client, scene, django_assert_max_num_queries):
    Deposit.objects.bulk_create(
        Deposit(entry=scene.entry, number=n, step=n * 1000, digest=f"{n:064x}", size=1, files=1, deposited_by="user:1")
        for n in range(2, 102)
    )
    sign_in(client, scene.manager)
    with django_assert_max_num_queries(60):
        client.get(reverse("dossiers:dossier", args=[scene.entry.pk]))
