import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaluation.core.run import OFFLINE
from portal.common.formats.hashing import sha256_of
from tests.factories.evaluation import copy_of, suite_document

ROOT = Path(__file__).parents[3]
DIRECT = Path(__file__).with_name("direct.py")


def environment(folder):
    own = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    return own | OFFLINE


def write_spec(workdir, checkpoint, suite, **more):
    workdir.mkdir(exist_ok=True)
    (workdir / "checkpoint").symlink_to(checkpoint)
    spec = {"schema": "evaluation-spec/2", "suite": suite, "source": {"kind": "checkpoint", "folder": "checkpoint"}}
    (workdir / "spec.json").write_text(json.dumps(spec | more), encoding="utf-8")
    return workdir


def start(workdir):
    command = [sys.executable, "-m", "evaluation.core.run", "spec.json"]
    with (workdir / "child.log").open("wb") as log:
        return subprocess.Popen(command, cwd=workdir, env=environment(workdir), stdout=log, stderr=log)


def read(path):
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def finished(checkpoint, tmp_path_factory):
    """The working folder of one real run: three tasks, one of each kind of scoring, one with an example before it."""
    suite = suite_document()
    suite["tasks"][0]["fewshot"] = 1
    workdir = write_spec(tmp_path_factory.mktemp("run"), checkpoint, suite)
    assert start(workdir).wait() == 0, (workdir / "child.log").read_text()
    return workdir


@pytest.mark.model
def test_the_figures_are_those_of_the_harness_called_directly(finished, checkpoint, tmp_path):
    names = [task["name"] for task in read(finished / "spec.json")["suite"]["tasks"]]
    env = environment(tmp_path) | {"HF_HOME": str(tmp_path / "hf")}
    command = [sys.executable, str(DIRECT), str(checkpoint), str(finished / "tasks"), *names]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    direct = json.loads(done.stdout.splitlines()[-1])["results"]
    for metric in read(finished / "result.json")["metrics"]:
        known = direct[metric["task"]]
        assert float(metric["value"]) == pytest.approx(known[f"{metric['metric']},none"], rel=1e-6)
        if metric["stderr"]:
            assert float(metric["stderr"]) == pytest.approx(known[f"{metric['metric']}_stderr,none"], rel=1e-6)


@pytest.mark.model
def test_the_inputs_are_told_as_the_child_saw_them(finished):
    frozen = read(finished / "result.json")["frozen"]
    assert frozen["harness"]["name"] == "lm-eval"
    assert [task["name"] for task in frozen["tasks"]] == ["ko_spelling", "ko_foreign_words", "ko_text"]
    assert all(len(task["digest"]) == 64 for task in frozen["tasks"])
    assert frozen["seeds"] == {"selection": 20260115, "harness": 1234, "fewshot": 1234}
    assert frozen["limit"] is None
    assert frozen["architecture"] == "LlamaForCausalLM"


@pytest.mark.model
def test_samples_hold_every_item_and_match_their_digest(finished):
    with gzip.open(finished / "samples.jsonl.gz", "rt", encoding="utf-8") as file:
        samples = [json.loads(line) for line in file]
    assert [s["task"] for s in samples] == ["ko_spelling"] * 6 + ["ko_foreign_words"] * 6 + ["ko_text"] * 6
    assert read(finished / "result.json")["artefacts"]["samples.jsonl.gz"] == sha256_of(finished / "samples.jsonl.gz")


@pytest.mark.model
def test_no_copy_of_the_questions_stays_in_a_cache(finished):
    assert not (finished / "cache").exists()
    assert not list(finished.rglob("*.arrow"))


@pytest.mark.model
def test_progress_counts_tasks(finished):
    lines = [json.loads(line) for line in (finished / "progress.jsonl").read_text("utf-8").splitlines()]
    assert [(line["done"], line["total"]) for line in lines] == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_killed_child_leaves_no_result(checkpoint, tmp_path):
    workdir = write_spec(tmp_path / "run", checkpoint, suite_document())
    child = start(workdir)
    while not (workdir / "progress.jsonl").exists() and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert not (workdir / "result.json").exists()
    assert not (workdir / "error.json").exists()


def test_a_torn_checkpoint_ends_with_code_2_and_a_message(checkpoint, tmp_path):
    broken = copy_of(checkpoint, tmp_path / "broken")
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    workdir = write_spec(tmp_path / "run", broken, suite_document())
    assert start(workdir).wait() == 2
    error = read(workdir / "error.json")
    assert error["message"].startswith("model.safetensors: is not a complete safetensors file")
    assert error["transient"] is False
    assert not (workdir / "result.json").exists()


def test_a_wrong_suite_ends_with_code_2_and_its_path(checkpoint, tmp_path):
    workdir = write_spec(tmp_path / "run", checkpoint, suite_document(seeds={"harness": 1}))
    assert start(workdir).wait() == 2
    assert read(workdir / "error.json")["message"].startswith("$.seeds: ")


@pytest.mark.model
def test_a_full_disk_is_told_as_such_and_may_be_tried_again(checkpoint, tmp_path):
    """/dev/full takes the name of a file, and nothing that is written to it."""
    workdir = write_spec(tmp_path / "run", checkpoint, suite_document("ko_spelling", items=2))
    (workdir / "finished.jsonl").symlink_to("/dev/full")
    assert start(workdir).wait() == 1, (workdir / "child.log").read_text()
    error = read(workdir / "error.json")
    assert (error["cause"], error["transient"]) == ("storage", True)
    assert not (workdir / "result.json").exists()
    assert not (workdir / "reserve").exists()


def test_a_group_that_the_suite_does_not_have_is_told(checkpoint, tmp_path):
    workdir = write_spec(tmp_path / "run", checkpoint, suite_document(), group="image")
    assert start(workdir).wait() == 2
    assert read(workdir / "error.json")["message"] == "$.group: no group of tiny-korean/1 is called 'image'"
