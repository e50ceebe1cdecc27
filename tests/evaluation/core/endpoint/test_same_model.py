"""The same weights through a server of their own and through the library: what is measured must not depend on the way."""

import gzip
import json
import os
import shutil
import subprocess
import sys

import pytest

from evaluation.core.run import OFFLINE
from tests.factories.endpoints import ROOT, conduct, lay_out, small_suite

pytestmark = pytest.mark.model
TASKS = ("ko_knowledge", "ko_prediction", "ko_arithmetic")


@pytest.fixture(scope="module")
def suite():
    return small_suite("ko_knowledge", "ko_arithmetic", items=6)


@pytest.fixture(scope="module")
def longest(checkpoint):
    return json.loads((checkpoint / "config.json").read_text())["max_position_embeddings"]


@pytest.fixture(scope="module")
def served(checkpoint, suite, longest, tmp_path_factory):
    folder = lay_out(
        tmp_path_factory.mktemp("served"),
        weights=checkpoint,
        name="known",
        suite=suite,
        max_length=longest,
        concurrency=2,
    )
    return conduct(folder)


@pytest.fixture(scope="module")
def loaded(checkpoint, suite, tmp_path_factory):
    folder = tmp_path_factory.mktemp("loaded")
    shutil.copytree(checkpoint, folder / "checkpoint")
    spec = {"schema": "evaluation-spec/2", "suite": suite, "source": {"kind": "checkpoint", "folder": "checkpoint"}}
    (folder / "spec.json").write_text(json.dumps(spec))
    own = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "evaluation.core.run", "spec.json"]
    subprocess.run(command, cwd=folder, env=own | OFFLINE, check=True, capture_output=True)
    return json.loads((folder / "result.json").read_text())


def test_it_ends_with_a_result_and_leaves_nothing_open(served):
    assert served.code == 0, served.output
    assert served.read("endpoint.json")["faults"] == {}


def test_choices_and_written_answers_get_the_same_figures(served, loaded):
    found = {(row["task"], row["metric"]): float(row["value"]) for row in served.read("result.json")["metrics"]}
    known = {(row["task"], row["metric"]): float(row["value"]) for row in loaded["metrics"]}
    assert found == pytest.approx(known, abs=1e-9)
    assert ("ko_arithmetic", "exact_match") in found


def test_the_run_is_labelled_and_says_what_passed_the_guard(served):
    frozen = served.read("result.json")["frozen"]
    assert (frozen["label"], frozen["architecture"]) == ("endpoint-served", "endpoint-served")
    assert frozen["endpoint"]["bound"] == ["weights", "bundle"]
    assert frozen["endpoint"]["requests"] > 24
    assert frozen["probe"]["difference_of_two_calls"] == "0.0"


def test_tokens_are_counted_as_for_a_checkpoint(served, loaded):
    keys = ("task", "requests", "tokens_in", "truncated")
    found = [[row[key] for key in keys] for row in served.read("result.json")["usage"]]
    assert found == [[row[key] for key in keys] for row in loaded["usage"]]


def test_the_answers_themselves_are_kept(served):
    with gzip.open(served.folder / "samples.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    assert len(rows) == 12
