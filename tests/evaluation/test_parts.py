"""A suite of several groups: one job each, one that joins them, and what stays when one of them fails."""

import gzip
import json

import pytest

from evaluation.actions import record_failure, record_results, rerun
from evaluation.jobs import walls_of
from evaluation.models import EvaluationRun, RunPart, TaskResult
from evaluation.selectors import cost_of, is_rankable, jobs_of, parts_of, results_of, usage_of
from portal.artifacts.actions import open_blob, store_file
from portal.audit.models import Event
from portal.common.sandbox.probe import available
from portal.jobs import actions
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.selectors import why_waiting
from tests.factories.evaluation import OWNER, grouped_document, make_run, make_suite, outcome_of
from tests.factories.jobs import run_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def work_folder(settings, tmp_path):
    settings.WORK_DIR = tmp_path / "work"


def grouped_run(checkpoint, *tasks, **changes):
    return make_run(checkpoint, suite=make_suite(grouped_document(*tasks, **changes)))


def blob(tmp_path, text="one"):
    (tmp_path / "file").write_text(text, encoding="utf-8")
    return store_file(tmp_path / "file", owner="evaluation").pk


def part_outcome(run, part, tmp_path, *, seconds="3600"):
    """What the child of one group leaves."""
    tasks = [task for task in run.suite.document["tasks"] if task["group"] == part.group]
    whole = outcome_of(run, samples=blob(tmp_path), raw=blob(tmp_path))
    usage = {"items": 4, "requests": 16, "tokens_in": 400, "tokens_out": 7, "truncated": 1, "seconds": "2.50"}
    return whole | {
        "metrics": [row for row in whole["metrics"] if row["task"] in {task["name"] for task in tasks}],
        "usage": [{"task": task["name"]} | usage for task in tasks],
        "index": [],
        "seconds": seconds,
    }


def succeed(job, outcome):
    record_results(job, outcome)
    Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED, outcome={}, finished="2026-01-15T00:00Z")


def test_each_group_is_a_job_of_its_own_and_one_waits_for_all(checkpoint):
    run = grouped_run(checkpoint)
    likelihood, written = (part.job for part in parts_of(run))
    assert [part.group for part in parts_of(run)] == ["likelihood", "written"]
    assert [job.kind for job in jobs_of(run)] == ["evaluation.run", "evaluation.run", "evaluation.join"]
    assert (likelihood.requirements, written.time_limit) == ({"cpu": 1, "hf": 1}, 7200)
    assert {job.account for job in jobs_of(run)} == {OWNER}
    assert run.job.kind == "evaluation.join"
    assert why_waiting(run.job)
    assert set(run.job.needs.values_list("on", flat=True)) == {likelihood.pk, written.pk}


def test_one_group_is_one_job(checkpoint):
    run = make_run(checkpoint)
    assert jobs_of(run) == [run.job]
    assert [(part.group, part.job) for part in parts_of(run)] == [("all", run.job)]


def test_code_is_judged_behind_walls_after_the_model_is_gone(checkpoint):
    run = grouped_run(checkpoint, "python_functions")
    assert [job.kind for job in jobs_of(run)] == ["evaluation.run", "evaluation.join"]
    assert run.job.requirements == {"cpu": 1, "sandbox": 1}


def test_where_walls_are_required_only_a_worker_that_has_them_takes_a_part(checkpoint, settings):
    settings.SANDBOX = "required"
    run = grouped_run(checkpoint)
    assert all(part.job.requirements["sandbox"] == 1 for part in parts_of(run))


def test_vllm_is_asked_of_the_worker_and_frozen_with_the_inputs(checkpoint):
    source = {"kind": "checkpoint", "backend": "vllm", "arguments": {"gpu_memory_utilization": "0.9"}}
    run = make_run(checkpoint, source=source)
    assert run.job.requirements == {"vllm": 1}
    assert (run.inputs["schema"], run.inputs["source"]) == ("evaluation-inputs/2", source)


def test_walls_leave_room_for_the_weights(checkpoint, settings, monkeypatch):
    monkeypatch.setattr("evaluation.jobs.machine_memory_mb", lambda: 1_000_000)
    part = parts_of(grouped_run(checkpoint)).first()
    assert walls_of(part).memory_mb == 16_384
    part.run.bundle.total_size = 40 * 1024**3
    assert walls_of(part).memory_mb == 88 * 1024


def test_a_rerun_is_another_run_and_touches_nothing_of_the_first(checkpoint):
    run = grouped_run(checkpoint)
    again = rerun(run, actor="user:7")
    assert again.pk != run.pk
    assert (again.inputs_digest, again.key) == (run.inputs_digest, f"{run.key}:2")
    assert not set(jobs_of(again)) & set(jobs_of(run))
    assert rerun(run, actor="user:7").key == f"{run.key}:3"


def test_figures_of_the_groups_stand_in_the_order_of_the_suite_and_count_when_they_are_joined(checkpoint, tmp_path):
    run = grouped_run(checkpoint)
    first, second = parts_of(run)
    for part in (second, first):
        succeed(part.job, part_outcome(run, part, tmp_path))
    run.refresh_from_db()
    assert run.seen is None
    assert not is_rankable(run)
    joined = outcome_of(run, samples=blob(tmp_path), raw=blob(tmp_path)) | {"metrics": [], "index": []}
    succeed(run.job, joined)
    run.refresh_from_db()
    assert [row.task for row in results_of(run)] == ["ko_knowledge", "ko_knowledge", "en_arithmetic"]
    assert [row.task for row in usage_of(run)] == ["ko_knowledge", "en_arithmetic"]
    assert is_rankable(run)
    assert Event.objects.filter(action="evaluation.part.recorded").count() == 2
    assert Event.objects.filter(action="evaluation.run.recorded").count() == 1


def test_what_a_run_costs_is_told_in_hours_and_card_hours(checkpoint, tmp_path):
    run = grouped_run(checkpoint)
    assert cost_of(run) is None
    for part in parts_of(run):
        part.job.attempts.create(fence=1, worker="w", cards="0,1", hardware="2 × NVIDIA H200")
        succeed(part.job, part_outcome(run, part, tmp_path, seconds="1800"))
    cost = cost_of(run)
    assert (cost.hours, cost.card_hours, cost.cards, cost.hardware) == ("1.0000", "2.0000", 2, "cpu x86_64")


def test_a_group_that_fails_leaves_what_it_did_and_what_the_others_did(checkpoint, tmp_path):
    run = grouped_run(checkpoint)
    first, second = parts_of(run)
    succeed(first.job, part_outcome(run, first, tmp_path))
    kept = part_outcome(run, second, tmp_path)
    kept.pop("frozen")
    Job.objects.filter(pk=second.job.pk).update(
        state=JobState.FAILED, cause="gpu_memory", error="", outcome=kept, finished="2026-01-15T00:00Z"
    )
    record_failure(Job.objects.get(pk=second.job.pk))
    actions.reconcile()
    run.refresh_from_db()
    assert (run.job.state, run.job.cause) == (JobState.FAILED, "gpu_memory")
    assert {row.task for row in results_of(run)} == {"ko_knowledge", "en_arithmetic"}
    second = RunPart.objects.get(pk=second.pk)
    assert second.samples is not None
    assert second.seen is None
    assert not is_rankable(run)
    failed = Event.objects.filter(action="evaluation.run.failed").order_by("pk").first()
    assert (failed.after["cause"], failed.after["tasks_done"]) == ("gpu_memory", 1)


def test_trying_again_queues_what_failed_and_nothing_that_is_done(checkpoint, tmp_path):
    run = grouped_run(checkpoint)
    first, second = parts_of(run)
    succeed(first.job, part_outcome(run, first, tmp_path))
    kept = part_outcome(run, second, tmp_path)
    ended = {"finished": "2026-01-15T00:00Z", "attempts_used": 1}
    Job.objects.filter(pk=second.job.pk).update(state=JobState.FAILED, cause="storage", outcome=kept, **ended)
    record_failure(Job.objects.get(pk=second.job.pk))
    actions.reconcile()

    actions.retry(Job.objects.get(pk=run.job_id))
    states = [Job.objects.get(pk=pk).state for pk in (first.job.pk, second.job.pk, run.job_id)]
    assert states == [JobState.SUCCEEDED, JobState.QUEUED, JobState.QUEUED]

    better = part_outcome(run, second, tmp_path)
    better["metrics"] = [row | {"value": "0.75"} for row in better["metrics"]]
    succeed(second.job, better)
    succeed(run.job, outcome_of(run, samples=blob(tmp_path), raw=blob(tmp_path)) | {"metrics": [], "index": []})
    run = EvaluationRun.objects.get(pk=run.pk)
    assert [(row.task, row.value) for row in results_of(run)] == [
        ("ko_knowledge", "0.5"),
        ("ko_knowledge", "0.5"),
        ("en_arithmetic", "0.75"),
    ]
    assert usage_of(run)[1].task == "en_arithmetic"
    assert len(usage_of(run)) == len(run.parts.exclude(seen=None)) == 2
    assert is_rankable(run)


@pytest.mark.model
def test_answers_that_were_there_before_the_failure_are_kept(checkpoint):
    document = grouped_document("ko_knowledge", "en_arithmetic", items=2)
    for task in document["tasks"]:
        task["group"] = "written"
    document["groups"] = document["groups"][1:]
    document["tasks"][1]["generation"]["max_tokens"] = 2000  # more than the context of the model holds
    run = make_run(checkpoint, suite=make_suite(document))
    run_now(run.job)
    run.refresh_from_db()
    assert (run.job.state, run.job.cause) == (JobState.FAILED, "input"), run.job.error
    assert "up to 2000 tokens" in run.job.error
    (part,) = parts_of(run)
    with open_blob(part.samples, reader="system", purpose="report") as stored, gzip.open(stored) as lines:
        assert [json.loads(line)["task"] for line in lines] == ["ko_knowledge"] * 2
    assert {row.task for row in results_of(run)} == {"ko_knowledge"}
    assert not is_rankable(run)
    assert TaskResult.objects.filter(run=run).count() == 2


@pytest.mark.model
@pytest.mark.skipif(not available(), reason="programs run behind walls or not at all")
def test_generated_code_is_judged_when_the_groups_are_joined(checkpoint):
    run = grouped_run(checkpoint, "python_functions", items=2)
    for job in jobs_of(run):
        run_now(job)
    run = EvaluationRun.objects.get(pk=run.pk)
    assert run.job.state == JobState.SUCCEEDED, run.job.error
    assert [(row.metric, row.value, row.n) for row in results_of(run)] == [("pass_at_1", "0.0", 2)]
    with open_blob(run.samples, reader="system", purpose="report") as stored, gzip.open(stored) as lines:
        judged = [json.loads(line) for line in lines]
    assert [row["pass_at_1"] for row in judged] == [0.0, 0.0]
    assert all(row["reason"] for row in judged)
    assert is_rankable(run)
