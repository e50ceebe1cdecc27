"""What a run was asked for is what it does: the references and the nulls of its plan, or no report at all."""

import json

import pytest

from originality import actions, selectors
from originality.jobs import prepare_report
from originality.models import Baseline, Comparison, Reference
from portal.artifacts.actions import store_file
from portal.jobs.enums import JobState
from tests.factories.jobs import run_now
from tests.factories.originality import llama, write_model
from tests.originality.test_jobs import add, bundle_of, work_folder

pytestmark = pytest.mark.django_db

__all__ = ("work_folder",)


@pytest.fixture
def run(tmp_path):
    for seed, name in ((1, "one"), (2, "two"), (3, "three")):
        add(write_model(tmp_path / name, llama(seed=seed, layers=1)), name=name)
    actions.make_baselines()
    bundle = bundle_of(write_model(tmp_path / "candidate", llama(seed=9, layers=1)))
    return actions.request_report(bundle, key="k", actor="user:1")


def nulls_in(run, folder):
    folder.mkdir()
    prepare_report(run.job, folder)
    return json.loads((folder / "spec.json").read_text())["baselines"]


def failed(run):
    job = run_now(run.job)
    assert job.state == JobState.FAILED
    assert not Comparison.objects.exists()
    return job.error


def test_the_nulls_are_those_of_the_plan_whatever_came_into_the_registry(run, tmp_path):
    before = nulls_in(run, tmp_path / "before")
    assert run.plan["baselines"]["registry"] == run.plan["registry"]
    add(write_model(tmp_path / "late", llama(seed=4, layers=1)), name="late")
    Baseline.objects.create(registry_digest=selectors.registry_digest(), document={**before, "kinds": {}})

    assert nulls_in(run, tmp_path / "after") == before


def test_nulls_made_after_the_plan_are_not_taken(tmp_path):
    add(write_model(tmp_path / "one", llama(seed=1, layers=1)), name="one")
    bundle = bundle_of(write_model(tmp_path / "candidate", llama(seed=9, layers=1)))
    run = actions.request_report(bundle, key="k", actor="user:1")
    before = nulls_in(run, tmp_path / "before")
    more = {
        kind: {**item, "positive": 0.5, "values": [0.1] * 99, "pairs": [], "by_chance": []}
        for kind, item in before["kinds"].items()
    }
    Baseline.objects.create(registry_digest=selectors.registry_digest(), document={**before, "kinds": more})

    assert selectors.planned_baselines() != run.plan["baselines"]
    assert nulls_in(run, tmp_path / "after") == before


def test_replaced_nulls_fail_the_run(run):
    row = Baseline.objects.get()
    for item in row.document["kinds"].values():
        item["positive"] = 0.123
    document = {
        kind: {**item, "values": [0.1] * 99, "pairs": [], "by_chance": []}
        for kind, item in row.document["kinds"].items()
    }
    Baseline.objects.update(document={**row.document, "kinds": document})

    assert "nulls were planned as" in failed(run)


def test_a_planned_reference_that_is_gone_fails_the_run(run):
    Reference.objects.get(name="two").delete()

    assert "not in the registry any more: two" in failed(run)


def test_another_sketch_than_the_planned_one_fails_the_run(run, tmp_path):
    (tmp_path / "other.sketch").write_bytes(b"other")
    Reference.objects.filter(name="one").update(sketch=store_file(tmp_path / "other.sketch", owner="registry"))

    assert "not those that were planned: one" in failed(run)
