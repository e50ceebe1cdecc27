import json

import pytest

from evaluation.actions import load_shipped_suites, load_suite, record_results, request_run
from evaluation.core.errors import SuiteError
from evaluation.errors import KeyReusedError, SuiteChangedError
from evaluation.models import EvaluationRun, Suite, TaskResult
from portal.artifacts.actions import store_file, store_folder
from portal.audit.models import Event
from portal.jobs.enums import JobState
from tests.factories.evaluation import OWNER, make_run, make_suite, outcome_of, suite_document

pytestmark = pytest.mark.django_db


def write_suite(folder, document):
    path = folder / "suite.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture
def bundle(checkpoint):
    return store_folder(checkpoint, owner=OWNER, actor="user:1")


def blobs(tmp_path):
    (tmp_path / "samples").write_text("one", encoding="utf-8")
    return {"samples": store_file(tmp_path / "samples", owner="evaluation").pk} | {
        "raw": store_file(tmp_path / "samples", owner="evaluation").pk
    }


def test_the_shipped_suites_load_once():
    assert load_shipped_suites() == load_shipped_suites()
    assert {"small-korean/1", "small/1"} <= {str(suite) for suite in Suite.objects.all()}


def test_loading_a_suite_is_in_the_ledger():
    load_shipped_suites(actor="user:7")
    event = Event.objects.get(action="suite.loaded", subject="suite:small-korean/1")
    assert event.actor == "user:7"


def test_a_version_never_changes_its_meaning(tmp_path):
    load_suite(write_suite(tmp_path, suite_document()))
    with pytest.raises(SuiteChangedError, match="next version"):
        load_suite(write_suite(tmp_path, suite_document(items=5)))


def test_a_suite_with_a_fault_is_not_loaded(tmp_path):
    with pytest.raises(SuiteError, match=r"\$\.version"):
        load_suite(write_suite(tmp_path, suite_document(version="one")))
    assert not Suite.objects.exists()


def test_a_run_freezes_its_inputs_and_queues_one_job(bundle):
    suite = make_suite()
    run = request_run(bundle, suite=suite, key="a", actor="user:1")
    assert run.inputs == {
        "schema": "evaluation-inputs/1",
        "bundle": bundle.digest,
        "suite": {"name": "tiny-korean", "version": 1, "digest": suite.digest},
        "seeds": {"selection": 20260115, "harness": 1234, "fewshot": 1234},
        "limit": None,
    }
    assert (run.job.kind, run.job.state) == ("evaluation.run", JobState.QUEUED)


def test_the_same_key_is_the_same_run(bundle):
    suite = make_suite()
    runs = {request_run(bundle, suite=suite, key="a", actor="user:1").pk for _ in range(2)}
    assert len(runs) == EvaluationRun.objects.count() == 1


def test_a_key_never_stands_for_two_runs(bundle):
    suite = make_suite()
    request_run(bundle, suite=suite, key="a", actor="user:1")
    with pytest.raises(KeyReusedError):
        request_run(bundle, suite=suite, key="a", actor="user:1", limit=3)


def test_a_rerun_is_another_run_and_the_first_stays(bundle):
    suite = make_suite()
    first = request_run(bundle, suite=suite, key="a", actor="user:1")
    second = request_run(bundle, suite=suite, key="a:rerun-1", actor="user:1")
    assert first.pk != second.pk
    assert first.inputs_digest == second.inputs_digest
    assert first.job != second.job


def test_results_recorded_twice_stand_once(checkpoint, tmp_path):
    run = make_run(checkpoint)
    for value in ("0.4", "0.5"):
        record_results(run.job, outcome_of(run, value=value, **blobs(tmp_path)))
    assert list(TaskResult.objects.filter(run=run, metric="acc").values_list("task", "value")) == [
        ("ko_spelling", "0.5"),
        ("ko_foreign_words", "0.5"),
    ]
