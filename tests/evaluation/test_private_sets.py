"""Private questions: sealed at rest, opened into memory for one attempt, never in what a run leaves."""

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from evaluation.actions.private import add_private_set, open_private_set, prepare_private
from evaluation.core.errors import TaskDataError
from evaluation.core.sealing import SealError
from evaluation.core.sources import REPOSITORY, SUITES
from evaluation.core.suites import parse_suite
from portal.artifacts.actions import open_blob
from portal.audit.models import Event
from portal.jobs.enums import JobState
from portal.jobs.worker import opened
from tests.factories.accounts import make_user
from tests.factories.evaluation import make_run, make_suite
from tests.factories.jobs import run_now

pytestmark = pytest.mark.django_db

QUESTIONS = REPOSITORY / "ko-knowledge.jsonl"
WORD = "훈민정음"  # stands in one of the questions


@pytest.fixture(autouse=True)
def places(settings, tmp_path, monkeypatch):
    settings.PRIVATE_SUITE_KEY = "ab" * 32
    settings.WORK_DIR = tmp_path / "work"
    rooms = opened.ROOT / f"portal-test-{os.getpid()}-{tmp_path.name}"
    monkeypatch.setattr(opened, "_rooms", lambda: rooms)
    yield
    shutil.rmtree(rooms, ignore_errors=True)


@pytest.fixture
def hidden():
    return add_private_set(QUESTIONS, name="hidden", licence="closed", actor="user:1")


def document(sha256, **changes):
    """The shipped task on a private set, with the sums beside it."""
    shipped = yaml.safe_load((SUITES / "small.yaml").read_text("utf-8"))
    task = next(task for task in shipped["tasks"] if task["name"] == "ko_knowledge")
    source = {"kind": "private", "set": "hidden", "sha256": sha256, "licence": "closed"}
    groups = [group for group in shipped["groups"] if group["name"] == "likelihood"]
    tasks = [task | {"source": source} | changes]
    kept = {key: value for key, value in shipped.items() if key != "code"}
    return kept | {"name": "hidden", "groups": groups, "tasks": tasks}


def test_a_set_is_kept_sealed_and_its_commitment_is_in_the_ledger(hidden):
    with open_blob(hidden.content, reader="system", purpose="benchmark") as file:
        assert WORD.encode() not in file.read()
    event = Event.objects.get(action="private_set.added")
    assert event.after["sha256"] == hidden.sha256


def test_a_name_is_never_used_twice(hidden):
    with pytest.raises(SealError, match="another name"):
        add_private_set(REPOSITORY / "en-knowledge.jsonl", name="hidden", licence="closed", actor="user:1")


def test_each_opening_is_in_the_ledger_with_its_purpose(hidden):
    assert open_private_set("hidden", purpose="evaluation-run:7", actor="job:3") == QUESTIONS.read_bytes()
    event = Event.objects.get(action="private_set.opened")
    assert (event.actor, event.after["purpose"]) == ("job:3", "evaluation-run:7")


def test_a_suite_opens_the_set_it_committed_to_and_no_other(hidden, tmp_path):
    suite = parse_suite(document("0" * 64))
    with pytest.raises(TaskDataError, match="The suite commits to 0000"):
        prepare_private(suite, group="likelihood", workdir=tmp_path, run="1", actor="job:1")


def test_without_the_key_nothing_is_opened_and_the_error_says_so(hidden, tmp_path, settings):
    settings.PRIVATE_SUITE_KEY = ""
    with pytest.raises(TaskDataError, match="PRIVATE_SUITE_KEY"):
        prepare_private(parse_suite(document(hidden.sha256)), group=None, workdir=tmp_path, run="1", actor="job:1")


def test_what_is_opened_lies_in_memory_and_goes_with_the_attempt(hidden, tmp_path):
    workdir = tmp_path / "3-1"
    workdir.mkdir()
    suite = parse_suite(document(hidden.sha256))
    folder = prepare_private(suite, group="likelihood", workdir=workdir, run="1", actor="job:1")
    assert opened.kind_of(folder) in opened.IN_MEMORY
    assert folder.stat().st_mode & 0o077 == 0
    assert WORD in (folder / "hidden.jsonl").read_text("utf-8")
    workdir.rmdir()  # as after a killed worker, whose folder the next one removes
    assert opened.remove_orphans() == 1
    assert not folder.exists()


def test_a_suite_without_private_tasks_opens_nothing(tmp_path):
    assert prepare_private(parse_suite(make_suite().document), group=None, workdir=tmp_path, run="1", actor="a") is None
    assert not Event.objects.filter(action="private_set.opened").exists()


@pytest.mark.model
def test_a_run_on_private_questions_leaves_figures_and_no_question(hidden, checkpoint, settings):
    run = make_run(checkpoint, suite=make_suite(document(hidden.sha256, items=6)))
    run_now(run.job)
    run.refresh_from_db()
    assert run.job.state == JobState.SUCCEEDED, run.job.error
    assert {(row.metric, row.n) for row in run.results.all()} == {("acc", 6), ("acc_norm", 6)}
    with open_blob(run.samples, reader="system", purpose="report") as stored, gzip.open(stored, "rt") as lines:
        samples = [json.loads(line) for line in lines]
    assert len({sample["doc"]["id"] for sample in samples}) == 6
    plain = [json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    kept = json.dumps([samples, run.seen, list(run.job.attempts.values_list("log", flat=True))], ensure_ascii=False)
    assert not [question for question in plain if question in kept]
    assert Event.objects.filter(action="private_set.opened", actor=f"job:{run.job.pk}").count() == 1
    assert not list(opened._rooms().glob("*"))
    assert not Path(settings.WORK_DIR).exists() or not list(Path(settings.WORK_DIR).rglob("*.jsonl"))


def test_items_are_printed_to_auditors_alone(hidden, capsys):
    asked = {"auditor": make_user("officer").email, "reason": "yearly look", "items": 3}
    with pytest.raises(CommandError, match="auditors only"):
        call_command("private_suite", "sample", "hidden", **asked)
    assert not Event.objects.filter(action="private_set.opened").exists()
    auditor = make_user("auditor")
    call_command("private_suite", "sample", "hidden", **asked | {"auditor": auditor.email})
    printed = capsys.readouterr().out.strip().splitlines()
    assert len(printed) == 3
    event = Event.objects.get(action="private_set.opened")
    assert (event.actor, event.reason) == (f"user:{auditor.pk}", "yearly look")


def test_sets_are_listed_with_their_commitments(hidden, capsys):
    call_command("private_suite", "list")
    assert capsys.readouterr().out == f"hidden  {hidden.rows} items  {hidden.sha256}\n"
