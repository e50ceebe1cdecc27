"""What a release reads from the database: evidence of real runs, sheets, rulings, decisions, and who sat on the panel."""

import json
from datetime import date

import pytest

from evaluation.actions import request_run
from evaluation.models import TaskResult
from originality.models import Comparison, OriginalityRun, Reference
from portal.artifacts.actions import store_file
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.results.selectors.evidence import decimal_text, evidence_of
from portal.results.selectors.sources import sources_of
from portal.submissions.enums import Role, RunKind
from portal.submissions.models import SubmissionRun
from tests.factories.evaluation import make_suite, suite_document
from tests.factories.releases import notified_scene
from tests.factories.submissions import handed_in, receiving_entry

pytestmark = pytest.mark.django_db
SCORE = {
    "name": "norm_gain_cosine",
    "kind": "norm",
    "value": 0.9713456789,
    "null_mean": 0.966,
    "null_sd": 0.004,
    "null_source": "the same gains in random channel order",
    "registry_mean": None,
    "registry_pairs": 0,
    "control_percentile": None,
}


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"


@pytest.fixture
def submission(tmp_path):
    submission = handed_in(receiving_entry(), tmp_path).submission
    bundle = submission.items.get(role=Role.CHECKPOINT).bundle
    run = request_run(bundle, suite=make_suite(suite_document("ko_spelling")), key="test-run", actor="system")
    TaskResult.objects.create(
        run=run, task="ko_spelling", metric="acc", value="0.31", stderr="0.02", n=6, higher_is_better=True
    )
    Job.objects.filter(pk=run.job_id).update(state=JobState.SUCCEEDED, outcome={}, finished="2026-01-15T00:00Z")
    SubmissionRun.objects.create(submission=submission, kind=RunKind.BENCHMARK, benchmark=run)
    SubmissionRun.objects.create(
        submission=submission, kind=RunKind.ORIGINALITY, originality=compared(bundle, tmp_path)
    )
    return submission


def compared(bundle, folder) -> OriginalityRun:
    (folder / "blob").write_text(json.dumps(SCORE))
    blob = store_file(folder / "blob", owner="registry")
    reference = Reference.objects.create(
        name="SmolLM2-135M", source="package", revision="0.1.2", licence="Apache-2.0", public_since=date(2024, 11, 1),
        digest="1" * 64, parameters=1, family="llama", sketch=blob,
    )  # fmt: skip
    run = OriginalityRun.objects.create(key="report", bundle=bundle, plan={}, plan_digest="2" * 64, actor="system")
    Comparison.objects.create(
        run=run, reference=reference, level=0, outcome="own lineage", declared="own lineage", z=0.41,
        alignment="T1", r2=1e-7, coverage=0.98, share=0.0, report={"scores": [SCORE]}, document=blob,
    )  # fmt: skip
    return run


def test_evidence_cites_receipt_runs_and_reports_by_digest(submission):
    evidence = evidence_of(submission)

    assert evidence["receipt"]["digest"] == submission.receipt.digest
    [benchmark] = evidence["benchmarks"]
    assert benchmark["results"] == [
        {"task": "ko_spelling", "metric": "acc", "value": "0.31", "stderr": "0.02", "n": 6, "higher_is_better": True}
    ]
    [comparison] = evidence["originality"]
    assert (comparison["level"], comparison["z"], comparison["r2"]) == (0, "0.41", "0.0")
    assert (comparison["outcome"], comparison["declared"]) == ("own lineage", "own lineage")
    assert comparison["public_since"] == "2024-11-01"
    assert comparison["scores"][0]["value"] == "0.971346"
    assert comparison["scores"][0]["null_mean"] == "0.966"


def test_a_run_that_does_not_count_is_not_cited(submission):
    Job.objects.update(state=JobState.CANCELLED, outcome=None)

    assert evidence_of(submission)["benchmarks"] == []


@pytest.mark.parametrize(
    ("value", "text"), [(None, None), (1e-12, "0.0"), (51.25, "51.25"), (1e7, "10000000.0"), (-0.5, "-0.5")]
)
def test_binary_figures_become_plain_decimals(value, text):
    assert decimal_text(value) == text


def test_sources_hold_the_whole_record():
    scene = notified_scene()
    sources = sources_of(scene.phase.tallies.get(), release={"scope": "full", "stage": "notified", "version": 1})

    assert len(sources["sheets"]) == 9
    assert {sheet["state"] for sheet in sources["sheets"]} == {"sealed"}
    assert [seat["reviewer"] for seat in sources["panels"][0]["seats"]] == ["e01", "e02", "e03"]
    assert [row["outcome"] for row in sources["decisions"]] == ["advance", "advance", "cut"]
    assert [row["verdict"] for row in sources["rulings"]] == ["pass"] * 3
    assert sources["tally"]["digest"] == scene.phase.tallies.get().digest
    assert len(sources["release"]["code"]["scoring"]) == 64
