import gzip
import json

import pytest
from safetensors.torch import load_file, save_file

from evaluation.jobs import collect, prepare
from evaluation.outcomes import OWNER
from evaluation.selectors import is_rankable, results_of, run_state
from portal.artifacts.actions import open_blob
from portal.audit.models import Event
from portal.jobs.enums import Cause, JobState
from portal.jobs.errors import InputError
from tests.factories.evaluation import copy_of, make_run, make_suite, suite_document
from tests.factories.jobs import run_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def work_folder(settings, tmp_path):
    settings.WORK_DIR = tmp_path / "work"


@pytest.mark.model
def test_a_job_evaluates_the_checkpoint_and_keeps_figures_and_samples(checkpoint):
    run = make_run(checkpoint, suite=make_suite(suite_document("ko_spelling", "ko_text", items=3)))
    run_now(run.job)
    run.refresh_from_db()
    assert run.job.state == JobState.SUCCEEDED, run.job.error
    assert [(row.task, row.metric, row.n) for row in results_of(run)] == [
        ("ko_spelling", "acc", 3),
        ("ko_text", "bits_per_byte", 3),
    ]
    assert is_rankable(run)
    assert run.seen["suite"]["digest"] == run.suite.digest
    with open_blob(run.samples, reader="system", purpose="report") as stored, gzip.open(stored) as samples:
        assert len(samples.readlines()) == 6
    assert run.samples.owner == OWNER != run.bundle.owner
    assert Event.objects.filter(action="evaluation.run.recorded", subject=f"evaluation-run:{run.pk}").exists()


@pytest.mark.model
def test_weights_that_give_no_numbers_end_as_an_input_error_in_plain_words(checkpoint, tmp_path):
    broken = copy_of(checkpoint, tmp_path / "broken")
    tensors = load_file(broken / "model.safetensors")
    tensors["model.norm.weight"] *= float("nan")
    save_file(tensors, broken / "model.safetensors", metadata={"format": "pt"})
    run = make_run(broken, suite=make_suite(suite_document("ko_spelling", items=2)))
    run_now(run.job)
    assert (run.job.state, run.job.cause, run.job.attempts_used) == (JobState.FAILED, Cause.INPUT, 1)
    assert "no finite log-probability" in run_state(run).error
    assert Event.objects.filter(action="evaluation.run.failed").count() == 1


def test_a_checkpoint_that_cannot_be_asked_ends_as_an_input_error(checkpoint, tmp_path):
    mute = copy_of(checkpoint, tmp_path / "mute")
    (mute / "tokenizer.json").unlink()
    run = make_run(mute)
    run_now(run.job)
    assert (run.job.state, run.job.cause) == (JobState.FAILED, Cause.INPUT)
    assert run.job.error.startswith("tokenizer.json: is missing")


def test_the_child_gets_the_checkpoint_and_the_suite_and_no_network(checkpoint, tmp_path):
    run = make_run(checkpoint)
    command = prepare(run.job, tmp_path)
    spec = json.loads((tmp_path / "spec.json").read_text("utf-8"))
    assert spec["suite"] == run.suite.document
    assert spec["source"] == {"kind": "checkpoint", "folder": "checkpoint", "backend": "hf", "arguments": {}}
    assert (spec["group"], spec["limit"]) == ("all", None)
    assert (tmp_path / "checkpoint" / "config.json").is_file()
    assert command.env["HF_HUB_OFFLINE"] == command.env["HF_DATASETS_OFFLINE"] == "1"


def test_a_result_of_another_suite_is_refused(checkpoint, tmp_path):
    run = make_run(checkpoint)
    seen = {"suite": {"digest": "0" * 64}, "limit": None, "group": "all"}
    result = {"schema": "evaluation-result/2", "frozen": seen, "artefacts": {}, "metrics": [], "seconds": "1"}
    (tmp_path / "result.json").write_text(json.dumps(result), encoding="utf-8")
    with pytest.raises(InputError, match="the run is of another one"):
        collect(run.job, tmp_path)
