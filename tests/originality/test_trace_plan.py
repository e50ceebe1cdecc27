"""What a request for the reading of a training run freezes and queues."""

from datetime import date

import pytest

from originality import actions
from originality.core.trace.declaration import parse_facts
from originality.core.trace.facts import Declaration, Facts
from originality.lineage import Ancestor, DeclaredPart
from originality.models import TracePart, WithheldText
from portal.artifacts.actions import store_file, store_folder
from portal.audit.models import Event
from portal.common.refusals import Refusal
from portal.jobs.models import Job, Need
from tests.factories.originality import llama, write_logs, write_model

pytestmark = pytest.mark.django_db
OWNER = "consortium:1"


@pytest.fixture(autouse=True)
def no_broker(settings, tmp_path):
    settings.CELERY_BROKER_URL = ""


def bundle_of(folder):
    return store_folder(folder, owner=OWNER, actor="user:1")


@pytest.fixture
def logs(tmp_path):
    return bundle_of(write_logs(tmp_path / "logs"))


@pytest.fixture
def text(tmp_path):
    (tmp_path / "held.txt").write_text("숨긴 글")
    blob = store_file(tmp_path / "held.txt", owner="registry")
    return WithheldText.objects.create(name="held", language="ko", text=blob, digest="ab" * 32, size=10, actor="user:1")


def checkpoints(tmp_path, *rows):
    """Rows of seed, role and step."""
    return [
        actions.Checkpoint(bundle_of(write_model(tmp_path / f"{role}-{step}", llama(seed=seed))), role, step, None)
        for seed, role, step in rows
    ]


CHAIN = ((4, "final", 30), (1, "initial", 0), (3, "intermediate", 20), (2, "intermediate", 10))


def request(logs, chain, **options):
    return actions.request_trace(logs, key="t", actor="user:1", chain=chain, **options)


def test_the_chain_is_frozen_in_order_of_its_steps(tmp_path, logs):
    run = request(logs, checkpoints(tmp_path, *CHAIN), facts=Facts(declaration=Declaration(seed=7)))
    facts = parse_facts(run.plan["facts"])

    assert [(link.role, link.step) for link in facts.chain] == [
        ("initial", 0),
        ("intermediate", 10),
        ("intermediate", 20),
        ("final", 30),
    ]
    assert facts.declaration.seed == 7
    assert len(run.plan_digest) == 64


def test_every_neighbour_and_every_loss_is_a_job_that_the_findings_wait_for(tmp_path, logs, text):
    run = request(logs, checkpoints(tmp_path, *CHAIN))
    kinds = sorted(Need.objects.filter(job=run.job).values_list("on__kind", flat=True))

    assert kinds == ["originality.leg"] * 3 + ["originality.loss"] * 4 + ["originality.series", "originality.start"]
    assert run.job.kind == "originality.findings"
    assert [row.cause for row in run.reports.all()] == ["first"]


def test_a_final_checkpoint_saved_on_the_way_is_in_the_chain_once(tmp_path, logs):
    run = request(logs, checkpoints(tmp_path, (1, "initial", 0), (4, "intermediate", 30), (4, "final", 30)))

    assert run.parts.filter(kind="leg").count() == 1


def test_a_checkpoint_without_a_step_is_said_and_not_measured(tmp_path, logs, text):
    run = request(logs, checkpoints(tmp_path, (1, "initial", 0), (4, "final", None)))

    assert [(row.kind, bool(row.job), bool(row.problem)) for row in run.parts.all()] == [
        ("leg", False, True),
        ("loss", True, False),
        ("loss", False, True),
        ("start", True, False),
    ]


def test_asking_again_is_the_same_run(tmp_path, logs):
    chain = checkpoints(tmp_path, *CHAIN)
    first, jobs = request(logs, chain), Job.objects.count()

    assert request(logs, chain) == first
    assert Job.objects.count() == jobs
    assert Event.objects.filter(action="originality.trace.requested").count() == 1


def test_logs_alone_are_read(logs):
    run = request(logs, ())

    assert not TracePart.objects.exists()
    assert list(Need.objects.filter(job=run.job).values_list("on__kind", flat=True)) == ["originality.series"]


def test_a_declared_component_is_none_whose_signs_must_be_absent(tmp_path, logs):
    for seed, name in ((11, "one"), (12, "two")):
        actions.add_reference(
            write_model(tmp_path / name, llama(seed=seed)),
            name=name,
            source="made for the test",
            revision="1",
            licence="MIT",
            public_since=date(2025, 1, 1),
            actor="system",
        )
    part = DeclaredPart("encoder", "e", "one", "MIT", "frozen", "0.1", (Ancestor("one"),))

    run = request(logs, (), declared=[part])

    assert [row["name"] for row in run.plan["references"]] == ["two"]
    assert list(parse_facts(run.plan["facts"]).frozen_references) == [row["digest"] for row in run.plan["references"]]


def test_a_correction_makes_the_findings_again(logs):
    run = request(logs, ())

    actions.correct_mapping(run, mapping={"loss": "train/xent"}, reason="the name differs", actor="user:2")
    again = actions.correct_mapping(run, mapping={"loss": "train/xent"}, reason="", actor="user:2")
    run.refresh_from_db()

    assert (again.number, run.mappings.count()) == (1, 1)
    assert [row.cause for row in run.reports.all()] == ["first", "mapping"]
    assert run.job == run.reports.last().job
    assert Event.objects.filter(action="originality.trace.mapped").count() == 1
    with pytest.raises(ValueError, match="accuracy"):
        actions.correct_mapping(run, mapping={"accuracy": "x"}, reason="", actor="user:2")


def test_corrections_end_before_they_fill_the_queue(logs, monkeypatch):
    monkeypatch.setattr("originality.actions.traces.MOST_CORRECTIONS", 1)
    run = request(logs, ())

    actions.correct_mapping(run, mapping={"loss": "a"}, reason="r", actor="user:2")
    with pytest.raises(Refusal):
        actions.correct_mapping(run, mapping={"loss": "b"}, reason="r", actor="user:2")

    assert run.reports.count() == 2


def test_the_same_scores_again_change_nothing(logs):
    run = request(logs, ())
    score = {"digest": "00" * 32, "step": 1, "task": "t", "metric": "acc", "value": 0.5, "stderr": 0.1}

    actions.add_scores(run, scores=[score])
    actions.add_scores(run, scores=[score])

    assert [row.cause for row in run.reports.all()] == ["first", "scores"]


def test_a_run_is_cancelled_once(logs):
    run = request(logs, ())

    actions.cancel_trace(run, actor="user:1")
    actions.cancel_trace(run, actor="user:1")

    assert Event.objects.filter(action="originality.trace.cancelled").count() == 1
