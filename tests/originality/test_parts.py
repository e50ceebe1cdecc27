"""A large checkpoint is sketched in parts by any workers and compared once, with the figures of one piece."""

import json

import pytest

from originality import actions
from originality.core.readers import open_folder
from originality.core.run import run_spec
from originality.core.sketch import build_sketch
from originality.core.sketchfile import save_sketch
from originality.enums import Level, RunState
from originality.models import Comparison, SketchPart
from originality.selectors import highest_level, part_states, run_state
from portal.artifacts.models import CustodyRead
from portal.jobs.actions import claim, reconcile, retry
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from tests.factories.jobs import run_now
from tests.factories.originality import fine_tuned, llama, write_model
from tests.originality.test_jobs import add, bundle_of, work_folder

pytestmark = pytest.mark.django_db

__all__ = ("work_folder",)


@pytest.fixture
def divided(settings):
    settings.ORIGINALITY_PART_BYTES = 400_000  # of about 600,000


def requested(tmp_path, *, key="k", **options):
    folder = write_model(tmp_path / key, fine_tuned(llama(seed=2)), shards=2)
    return actions.request_report(bundle_of(folder), key=key, actor="user:1", **options)


def test_parts_are_compared_once_when_all_are_done(tmp_path, divided):
    add(write_model(tmp_path / "two", llama(seed=2)), name="two")
    run = requested(tmp_path)
    assert [(part.side, part.number, part.of) for part in run.parts.all()] == [("candidate", 1, 2), ("candidate", 2, 2)]
    assert claim("w", capabilities={}, job_id=run.job_id) is None

    for part in run.parts.order_by("-number"):
        assert run_now(part.job).state == JobState.SUCCEEDED, part.job.error
    job = run_now(run.job)

    assert job.state == JobState.SUCCEEDED, job.error
    run.refresh_from_db()
    assert (run_state(run), highest_level(run)) == (RunState.DONE, Level.COMMON_ORIGIN)
    assert {row.state for row in part_states(run)} == {RunState.DONE}
    assert {row.report["plan_digest"] for row in run.comparisons.all()} == {run.plan_digest}, "the one in the ledger"
    assert not SketchPart.objects.exclude(sketch=None).exists(), "what was put together needs no parts"
    assert run.sketch is not None
    reads = CustodyRead.objects.filter(bundle=run.bundle)
    assert {(read.reader, read.purpose) for read in reads} == {
        (f"job:{part.job_id}", "originality") for part in run.parts.all()
    }


def run_spec_in(folder, **sides):
    spec = {"kind": "originality.report", "references": [{"id": 1, "name": "two", "path": "two.sketch"}], **sides}
    (folder / "spec.json").write_text(json.dumps(spec))
    run_spec(folder / "spec.json")
    return json.loads((folder / "result.json").read_text()), (folder / "candidate.sketch").read_bytes()


def part_of(folder, model, *, number, count):
    (folder / "spec.json").write_text(
        json.dumps({"kind": "originality.sketch", "model": model, "number": number, "of": count})
    )
    run_spec(folder / "spec.json")
    name = f"{model}-{number}.sketch"
    (folder / "part.sketch").rename(folder / name)
    return name


def test_parts_give_the_figures_and_the_sketch_of_one_piece(tmp_path):
    """Also more parts than the model has blocks: some of them are empty."""
    save_sketch(build_sketch(open_folder(write_model(tmp_path / "two", llama(seed=2)))), tmp_path / "two.sketch")
    for name, tensors in (("candidate", fine_tuned(llama(seed=2))), ("step0", llama(seed=2))):
        write_model(tmp_path / name, tensors, shards=2)
    parts = {
        name: [part_of(tmp_path, name, number=number, count=count) for number in range(1, count + 1)]
        for name, count in (("candidate", 3), ("step0", 9))
    }

    whole = run_spec_in(tmp_path, candidate="candidate", step0="step0")
    divided = run_spec_in(tmp_path, **parts)

    assert whole == divided
    assert whole[0]["reports"][0]["report"]["global"]["level"] == Level.COMMON_ORIGIN
    assert whole[0]["binding"]["outcome"] == "bound"


def test_a_torn_part_fails_the_run_with_its_cause_and_ends_the_others(tmp_path, divided):
    run = requested(tmp_path)
    first, second = run.parts.all()
    torn = {"state": "failed", "finished": run.created, "cause": "input", "error": "model.safetensors is torn"}
    Job.objects.filter(pk=first.job_id).update(**torn)

    reconcile()

    run.job.refresh_from_db()
    assert (run.job.state, run.job.error) == (JobState.FAILED, "model.safetensors is torn")
    assert run_state(run) == RunState.FAILED
    assert Job.objects.get(pk=second.job_id).state == JobState.CANCELLED
    assert not Comparison.objects.exists()

    retry(run.job)
    assert {row.state for row in part_states(run)} == {RunState.WAITING}


def test_a_cancelled_run_ends_its_parts(tmp_path, divided):
    run = requested(tmp_path)

    actions.cancel_report(run, actor="user:1")
    reconcile()

    assert {row.state for row in part_states(run)} == {RunState.CANCELLED}
    assert run_state(run) == RunState.CANCELLED


def test_the_same_request_makes_its_parts_once(tmp_path, divided):
    step0 = bundle_of(write_model(tmp_path / "step0", llama(seed=2)))

    first, second = requested(tmp_path, step0=step0), requested(tmp_path, step0=step0)

    assert first == second
    assert first.plan["parts"] == {"candidate": 2, "step0": 2}
    assert first.parts.count() == Job.objects.filter(kind="originality.sketch").count() == 4


def test_a_small_checkpoint_is_one_job(tmp_path):
    run = requested(tmp_path)

    assert (run.plan["parts"], run.parts.count(), Job.objects.count()) == ({}, 0, 1)
