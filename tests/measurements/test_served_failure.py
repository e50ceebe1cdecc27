"""A server that breaks off in the middle: the run fails with a cause its team understands, and what was done is kept."""

import pytest
from django.utils import translation

from demo.serving.bundles import write_own_checkpoint
from evaluation.models import RunPart
from portal.artifacts.actions import store_folder
from portal.common.viewer import viewer_of_user
from portal.jobs.actions import set_quota
from portal.jobs.enums import JobState
from portal.jobs.models import Reservation
from portal.jobs.selectors import explain
from portal.measurements.actions.serving import start_server
from portal.programmes.models import Phase
from portal.submissions.actions import add_item, request_runs, submit
from portal.submissions.enums import Role
from portal.submissions.models import Submission
from tests.factories.accounts import make_user
from tests.factories.consortia import make_entry
from tests.factories.evaluation import make_suite, suite_document, tiny_model
from tests.factories.jobs import run_now
from tests.factories.own_architecture import phase_for, server_bundle
from tests.factories.submissions import ACTOR, complete_draft

pytestmark = [pytest.mark.django_db, pytest.mark.model]
BREAKS_OFF = """
import sys

import own
import protocol
honest, count = protocol.answer, 0

def answer(model, asked):
    global count
    count += 1
    found = honest(model, asked)
    if count > 12 and asked.get("echo"):
        found["choices"][0]["logprobs"]["token_logprobs"].pop()
    return found

protocol.answer = answer
import sys
own.main(*sys.argv[1:])
"""


def test_a_server_that_begins_to_lie_fails_the_run_and_the_finished_task_is_kept(tmp_path, settings):
    settings.CELERY_BROKER_URL = ""
    suite = make_suite(suite_document("ko_spelling", "ko_text", items=3))
    entry = make_entry(phase_for(str(suite)))
    owner = entry.consortium.account_key
    set_quota(owner, kind="evaluation.run", runs=5, days=30, by=ACTOR)
    draft = complete_draft(entry, tmp_path)
    tokenizer = tiny_model(tmp_path / "tiny").final.folder
    weights = write_own_checkpoint(tmp_path / "weights", tokenizer=tokenizer, rows=400)
    add_item(draft, role=Role.CHECKPOINT, bundle=store_folder(weights, owner=owner, actor=ACTOR), actor=ACTOR)
    server_bundle(entry, tmp_path, command=["python", "{bundle}/lies.py", "{weights}", "{port}"])
    (tmp_path / "server" / "lies.py").write_text(BREAKS_OFF)
    bundle = store_folder(tmp_path / "server", owner=owner, actor=ACTOR)
    add_item(draft, role=Role.SERVING, bundle=bundle, actor=ACTOR)
    submission = submit(draft, actor=ACTOR).submission
    Phase.objects.filter(pk=entry.phase_id).update(state="closed")
    request_runs(submission)
    start_server(Submission.objects.get(pk=submission.pk), reason="Read.", by=viewer_of_user(make_user("officer")))

    job = run_now(submission.runs.get(kind="benchmark").benchmark.job)

    assert (job.state, job.cause, job.attempts_used) == (JobState.FAILED, "endpoint", 1), job.error
    with translation.override("en"):
        assert "token_logprobs" in explain(job)
        assert str(tmp_path) not in explain(job)
    part = RunPart.objects.get(job=job)
    assert part.samples is not None
    assert {row["task"] for row in part.index} == {"ko_spelling"}
    assert Reservation.objects.get(job=job).state == "returned"
