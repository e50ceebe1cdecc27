"""Both checks as the portal runs them: asked for once, done by a worker, kept with what was frozen."""

import gzip
import json

import pytest

from evaluation.actions import SHIPPED, load_suite
from evaluation.contamination.actions import PARAPHRASE, request_contamination, request_gaps
from evaluation.contamination.models import ContaminationRun, ParaphraseRun
from evaluation.contamination.selectors import gaps_of, overlap_rows
from evaluation.errors import KeyReusedError
from evaluation.models import EvaluationRun
from portal.artifacts.actions import store_file, store_folder
from portal.audit.models import Event
from portal.jobs.enums import Cause, JobState
from portal.jobs.models import Job
from tests.evaluation.contamination.samples import items, lines
from tests.factories.evaluation import OWNER, make_run
from tests.factories.jobs import run_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def work_folder(settings, tmp_path):
    settings.WORK_DIR = tmp_path / "work"


@pytest.fixture
def suite():
    return load_suite(SHIPPED / "small.yaml")


def sample_of(tmp_path, rows):
    return store_folder(lines(tmp_path / "sample", rows), owner=OWNER, actor="user:1")


def test_a_sample_is_compared_by_a_worker_and_its_findings_are_kept(suite, tmp_path):
    bundle = sample_of(tmp_path, [{"text": item.question} for item in items("ko_passages")[:3]])
    run = request_contamination(bundle, suites=[suite], key="one", actor="user:1")
    assert request_contamination(bundle, suites=[suite], key="one", actor="user:1") == run
    run_now(run.job)
    run.refresh_from_db()
    assert run.job.state == JobState.SUCCEEDED, run.job.error
    found = {row.task: row for row in overlap_rows(run)}
    assert (found["ko_passages"].flagged, found["ko_passages"].compared) == (3, 20)
    assert (found["ko_passages"].title, found["ko_passages"].suite) != ("", "")
    assert run.document.owner == "evaluation"
    asked, recorded = Event.objects.filter(subject=f"contamination-run:{run.pk}").order_by("pk")
    assert asked.after["sample"] == bundle.digest
    assert recorded.after == {"report": run.document.sha256, "flagged": 3}


def test_a_check_waits_for_walls_where_they_are_required(suite, tmp_path, settings):
    """A worker without them would end it as failed, whoever else could do it."""
    settings.SANDBOX = "required"

    run = request_contamination(sample_of(tmp_path, ["a"]), suites=[suite], key="one", actor="user:1")

    assert run.job.requirements == {"sandbox": 1}


def test_one_key_never_stands_for_two_samples(suite, tmp_path):
    request_contamination(sample_of(tmp_path, ["a"]), suites=[suite], key="one", actor="user:1")
    with pytest.raises(KeyReusedError):
        request_contamination(sample_of(tmp_path, ["b"]), suites=[suite], key="one", actor="user:1")
    assert ContaminationRun.objects.count() == 1


def test_a_sample_that_is_none_fails_with_a_cause_and_no_second_attempt(suite, tmp_path):
    run = request_contamination(sample_of(tmp_path, []), suites=[suite], key="one", actor="user:1")
    run_now(run.job)
    run.job.refresh_from_db()
    assert (run.job.state, run.job.cause, run.job.attempts_used) == (JobState.FAILED, Cause.INPUT, 1)
    assert "holds no text" in run.job.error


def answered(run, tmp_path, *, original, reworded):
    """A finished run with these marks, by item."""
    rows = [
        {"task": task, "doc_id": n, "doc_hash": f"{task}{n}", "doc": {"id": f"item-{n}"}, "acc": mark, "acc_norm": mark}
        for task, marks in (("ko_knowledge", original), ("ko_knowledge_reworded", reworded))
        for n, mark in enumerate(marks)
    ]
    path = tmp_path / "samples.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    blob = store_file(path, owner="evaluation")
    Job.objects.filter(pk=run.job_id).update(state=JobState.SUCCEEDED, outcome={}, finished="2026-01-15T00:00Z")
    EvaluationRun.objects.filter(pk=run.pk).update(samples=blob, raw=blob, seen={})
    return EvaluationRun.objects.get(pk=run.pk)


def test_the_gap_of_a_reworded_task_is_asked_for_once_and_measured_in_pairs(suite, checkpoint, tmp_path):
    run = make_run(checkpoint, suite=suite)
    assert request_gaps() == 0
    run = answered(run, tmp_path, original=[1.0] * 18 + [0.0] * 2, reworded=[1.0] * 8 + [0.0] * 12)
    assert request_gaps() == 1
    assert request_gaps() == 0
    run_now(Job.objects.get(kind=PARAPHRASE))
    assert ParaphraseRun.objects.get().job.state == JobState.SUCCEEDED
    gap = gaps_of(EvaluationRun.objects.get(pk=run.pk))[0]
    assert (gap.n, gap.original_value, gap.reworded_value, gap.difference) == (20, "0.900000", "0.400000", "0.500000")
    assert 0.2 < float(gap.low) < 0.5 < float(gap.high) < 0.8
    assert float(gap.p) == pytest.approx(2 * 0.5**10, abs=1e-6)


def test_a_suite_that_rewords_nothing_gets_no_gap(checkpoint, tmp_path):
    run = make_run(checkpoint)
    answered(run, tmp_path, original=[], reworded=[])
    assert request_gaps() == 0
    assert gaps_of(run) == []
