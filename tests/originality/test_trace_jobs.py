"""The whole way of a training run: logs and weights are read by jobs, and the findings follow."""

import json
from datetime import date

import pytest

from originality import actions
from originality.core.run import run_spec
from originality.core.trace.declaration import facts_document
from originality.core.trace.facts import Declaration, Facts
from originality.models import TraceRun, WithheldText
from portal.artifacts.actions import store_file, store_folder
from portal.artifacts.models import CustodyRead
from portal.jobs.actions import claim, fail, reconcile, start, succeed
from portal.jobs.enums import Cause, JobState
from portal.jobs.errors import Failure
from portal.jobs.models import Job
from portal.jobs.registry import kind_named
from tests.factories.originality import fine_tuned, llama, write_model

pytestmark = pytest.mark.django_db
OWNER = "consortium:1"


@pytest.fixture(autouse=True)
def no_broker(settings):
    settings.CELERY_BROKER_URL = ""


def bundle_of(folder):
    return store_folder(folder, owner=OWNER, actor="user:1")


def logs_in(folder, *, name="train/loss"):
    folder.mkdir()
    lines = [{"step": step, name: 6.0 / (1 + step / 50) ** 0.3, "lr": 0.001} for step in range(200)]
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return bundle_of(folder)


def done(run, folder):
    """Work off everything the run asked for, in the order in which it was queued, each as a child does it."""
    for job in Job.objects.filter(account=OWNER, state=JobState.QUEUED).order_by("pk"):
        kind, workdir = kind_named(job.kind), folder / f"job-{job.pk}"
        workdir.mkdir()
        lease = claim("test", capabilities={}, job_id=job.pk)
        start(lease)
        kind.prepare(job, workdir)
        run_spec(workdir / "spec.json")
        succeed(lease, kind.collect(job, workdir))
    return TraceRun.objects.get(pk=run.pk)


def test_logs_and_weights_become_findings(tmp_path):
    actions.add_reference(
        write_model(tmp_path / "reference", llama(seed=5)),
        name="reference",
        source="made for the test",
        revision="1",
        licence="MIT",
        public_since=date(2025, 1, 1),
        actor="system",
    )
    first, last = llama(seed=9), fine_tuned(llama(seed=9))
    chain = [
        actions.Checkpoint(bundle_of(write_model(tmp_path / "step-0", first)), "initial", 0),
        actions.Checkpoint(bundle_of(write_model(tmp_path / "step-199", last)), "final", 199),
    ]
    facts = Facts(declaration=Declaration(vocabulary=400))

    run = done(
        actions.request_trace(logs_in(tmp_path / "logs"), key="t", actor="user:1", chain=chain, facts=facts), tmp_path
    )

    assert run.report["schema"] == "originality-trace/2"
    assert run.report["plan_digest"] == run.plan_digest
    assert {"first loss", "chain", "seed binding", "drift"} <= {row["check"] for row in run.report["findings"]}
    assert {row.kind: row.problem for row in run.parts.all()} == {"start": "", "leg": ""}
    assert run.parts.get(kind="leg").document["step_after"] == 199
    assert run.logs["tags"]["loss"] == "train/loss"
    assert run.series.owner == OWNER
    assert run.mappings.get().mapping["loss"] == "train/loss"
    assert run.plan["facts"] == facts_document(facts) | {
        "chain": run.plan["facts"]["chain"],
        "frozen_references": run.plan["facts"]["frozen_references"],
    }


def test_what_cannot_be_measured_is_said_and_the_rest_is_found(tmp_path):
    wrong = {name: tensor[:1] for name, tensor in llama(seed=1).items()}
    chain = [
        actions.Checkpoint(bundle_of(write_model(tmp_path / "step-0", wrong)), "initial", 0),
        actions.Checkpoint(bundle_of(write_model(tmp_path / "step-9", llama(seed=9))), "final", 9),
    ]

    run = done(actions.request_trace(logs_in(tmp_path / "logs"), key="t", actor="user:1", chain=chain), tmp_path)

    assert run.parts.get(kind="leg").problem
    assert run.parts.get(kind="leg").document is None
    assert [row["kind"] for row in run.report["problems"]] == ["leg"]


def test_a_checkpoint_that_exhausts_its_job_does_not_end_the_findings(tmp_path):
    weights = bundle_of(write_model(tmp_path / "final", llama(seed=1)))
    chain = [actions.Checkpoint(weights, "final", 100, None)]
    run = actions.request_trace(logs_in(tmp_path / "logs"), key="k", actor="user:1", chain=chain)
    part = run.parts.get()
    lease = claim("test", capabilities={}, job_id=part.job_id)
    start(lease)

    fail(lease, Failure(Cause.MEMORY, "", transient=False))
    reconcile()
    run = done(run, tmp_path)

    assert [row["kind"] for row in run.report["problems"]] == ["start"]
    assert "memory ran out" in run.report["problems"][0]["problem"]
    assert not run.job.needs.filter(on=part.job).exists()


def test_a_folder_without_a_log_is_read_as_none(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "notes.md").write_text("see the pictures")

    run = done(actions.request_trace(bundle_of(tmp_path / "logs"), key="t", actor="user:1"), tmp_path)

    assert run.report["faults_total"] == 1
    assert not [row for row in run.report["findings"] if row["level"]]


def test_a_corrected_name_is_read_anew_and_the_guess_stays(tmp_path):
    run = done(actions.request_trace(logs_in(tmp_path / "logs", name="figure/a"), key="t", actor="user:1"), tmp_path)
    first = run.report
    assert "loss" not in run.logs["tags"]

    actions.correct_mapping(run, mapping={"loss": "figure/a"}, reason="our name for it", actor="user:2")
    assert TraceRun.objects.get(pk=run.pk).report == first
    run = done(run, tmp_path)

    assert run.logs["tags"]["loss"] == "figure/a"
    assert [row.number for row in run.mappings.all()] == [0, 1]
    assert [row.report is not None for row in run.reports.all()] == [True, True]
    assert run.reports.first().report == first != run.report


def test_a_loss_is_laid_out_with_the_text_and_the_step_of_the_plan(tmp_path):
    (tmp_path / "held.txt").write_text("아무도 보지 못한 글", encoding="utf-8")
    blob = store_file(tmp_path / "held.txt", owner="withheld")
    WithheldText.objects.create(
        name="held", language="ko", text=blob, digest=blob.sha256, size=blob.size, actor="user:1"
    )
    final = bundle_of(write_model(tmp_path / "final", llama(seed=9, layers=1)))
    run = actions.request_trace(
        logs_in(tmp_path / "logs"),
        key="t",
        actor="user:1",
        chain=[actions.Checkpoint(final, "final", 30)],
        facts=Facts(declaration=Declaration(sequence_length=48)),
    )
    job, workdir = run.parts.get(kind="loss").job, tmp_path / "job"
    workdir.mkdir()

    kind_named(job.kind).prepare(job, workdir)

    spec = json.loads((workdir / "spec.json").read_text())
    assert (workdir / spec["text"]).read_text(encoding="utf-8") == "아무도 보지 못한 글"
    assert (workdir / spec["checkpoint"] / "config.json").exists()
    assert (spec["step"], spec["digest"], spec["text_digest"]) == (30, final.digest, blob.sha256)
    assert spec["context"] == 48, "beyond the trained length a loss says how a model extrapolates"
    assert {row.owner for row in CustodyRead.objects.filter(purpose="reference")} == {"withheld"}, (
        "no team's list names it"
    )
