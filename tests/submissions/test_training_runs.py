"""What a hand-in asks for of its training run: frozen facts, code, benchmarks along the chain, and their way into the findings."""

import json

import pytest
from django.utils import timezone

from evaluation.actions import load_shipped_suites
from evaluation.models import EvaluationRun, TaskResult
from originality.core.trace.declaration import parse_facts
from portal.jobs.models import Job
from portal.submissions.actions import SubmissionRefused, add_item, request_runs, submit
from portal.submissions.enums import Role
from portal.submissions.models import SubmissionRun
from portal.submissions.tasks import hand_over_scores
from tests.factories.custody import deposit
from tests.factories.submissions import ACTOR, bundle_of, checkpoint_of, complete_draft, receiving_entry

pytestmark = pytest.mark.django_db
TRAINING = {
    "schema": "training-declaration/1",
    "seed": 7,
    "schedule": {"kind": "cosine", "peak": 0.001, "total_steps": 300},
}


@pytest.fixture(autouse=True)
def no_broker(settings):
    settings.CELERY_BROKER_URL = ""
    load_shipped_suites()


def with_chain(entry, tmp_path, *, between=2):
    """A hand-in with step 0, checkpoints on the way, the training declaration and code."""
    draft = complete_draft(entry, tmp_path)
    chain = [(Role.INITIAL_CHECKPOINT, 0), *((Role.INTERMEDIATE_CHECKPOINT, 100 * n) for n in range(1, between + 1))]
    for role, step in chain:
        bundle = checkpoint_of(entry, tmp_path / f"step-{step}", seed=step + 1)
        add_item(draft, role=role, bundle=bundle, actor=ACTOR, step=step)
    declaration = bundle_of(entry, tmp_path / "training", {"training.json": json.dumps(TRAINING).encode()})
    add_item(draft, role=Role.TRAINING_DECLARATION, bundle=declaration, actor=ACTOR)
    code = bundle_of(entry, tmp_path / "code", {"train.py": b"print('train')\n"})
    add_item(draft, role=Role.CODE, bundle=code, actor=ACTOR)
    return submit(draft, actor=ACTOR).submission


def test_the_plan_has_everything_that_is_known_beside_the_logs(tmp_path):
    entry = receiving_entry()
    deposit(entry, step=150)
    submission = with_chain(entry, tmp_path)

    request_runs(submission)

    facts = parse_facts(SubmissionRun.objects.get(kind="trace").trace.plan["facts"])
    assert facts.declaration.seed == 7
    assert [(row.role, row.step) for row in facts.chain] == [
        ("initial", 0),
        ("intermediate", 100),
        ("intermediate", 200),
        ("final", 300),  # the last step of the declared schedule
        ("deposited", 150),
    ]
    assert [row.step for row in facts.deposits] == [150]
    assert facts.phase_opened == entry.phase.opens_at.isoformat()


def test_code_is_a_run_of_its_own(tmp_path):
    submission = with_chain(receiving_entry(), tmp_path)

    request_runs(submission)

    row = SubmissionRun.objects.get(kind="code")
    assert row.run.bundle == submission.items.get(role=Role.CODE).bundle
    assert row.job.kind == "originality.code"


def test_benchmarks_along_the_chain_reach_the_findings_once_and_never_the_ranking(tmp_path):
    submission = with_chain(receiving_entry(), tmp_path)
    request_runs(submission)
    rows = list(submission.trajectory.select_related("run__job"))
    assert [row.step for row in rows] == [0, 100, 200, 300]
    assert not set(SubmissionRun.objects.exclude(benchmark=None).values_list("benchmark", flat=True)) & {
        row.run_id for row in rows
    }
    assert hand_over_scores() == 0

    for place, row in enumerate(rows):
        fields = {"task": "ko_spelling", "metric": "acc", "n": 40, "higher_is_better": True}
        TaskResult.objects.create(run=row.run, value=f"0.{5 + place}", stderr="0.05", **fields)
    Job.objects.filter(pk__in=[row.run.job_id for row in rows[:3]]).update(
        state="succeeded", finished=timezone.now(), outcome={}
    )
    assert hand_over_scores() == 0, "one is still open"
    Job.objects.filter(pk=rows[3].run.job_id).update(state="failed", finished=timezone.now(), cause="input")

    assert (hand_over_scores(), hand_over_scores()) == (1, 0)
    trace = SubmissionRun.objects.get(kind="trace").trace
    assert [score["value"] for score in trace.scores] == [0.5, 0.6, 0.7, 0.8]
    assert [row.cause for row in trace.reports.all()] == ["first", "scores"]


def test_few_checkpoints_make_no_trajectory(tmp_path):
    submission = with_chain(receiving_entry(), tmp_path, between=1)

    request_runs(submission)

    assert not submission.trajectory.exists()
    assert EvaluationRun.objects.count() == SubmissionRun.objects.filter(kind="benchmark").count()


def test_a_training_declaration_is_read_when_it_is_put_into_the_draft(tmp_path):
    entry = receiving_entry()
    draft = complete_draft(entry, tmp_path)
    wrong = bundle_of(entry, tmp_path / "training", {"t.json": json.dumps({**TRAINING, "seed": -1}).encode()})

    with pytest.raises(SubmissionRefused) as error:
        add_item(draft, role=Role.TRAINING_DECLARATION, bundle=wrong, actor=ACTOR)

    assert error.value.where == "t.json: seed"
