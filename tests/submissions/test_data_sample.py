"""A declared sample of the training data goes with a hand-in, is compared with the suites that measure it, and stands in the evidence."""

import json

import pytest

from evaluation.actions import load_shipped_suites
from portal.jobs.enums import JobState
from portal.submissions.actions import add_item, request_runs, submit
from portal.submissions.actions.runs import suites_of
from portal.submissions.enums import Role
from portal.submissions.selectors.runs import runs_of
from tests.factories.jobs import run_now
from tests.factories.submissions import ACTOR, bundle_of, complete_draft, receiving_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(settings, tmp_path):
    settings.CELERY_BROKER_URL = ""
    settings.WORK_DIR = tmp_path / "work"
    load_shipped_suites()


def handed_in(tmp_path, *, sample=True):
    entry = receiving_entry()
    draft = complete_draft(entry, tmp_path)
    if sample:
        row = json.dumps({"text": "도서관 문이 닫힌 뒤에도 불빛은 남았다."}, ensure_ascii=False).encode()
        bundle = bundle_of(entry, tmp_path / "sample", {"part-1.jsonl": row})
        add_item(draft, role=Role.DATA_SAMPLE, bundle=bundle, actor=ACTOR)
    return submit(draft, actor=ACTOR).submission


def test_the_sample_is_compared_with_every_suite_of_the_rule_set(tmp_path):
    submission = handed_in(tmp_path)

    request_runs(submission)

    row = submission.runs.get(kind="contamination")
    wanted = suites_of(submission.entry.ruleset)
    assert [f"{suite['name']}/{suite['version']}" for suite in row.run.plan["suites"]] == wanted
    assert row.run.bundle == submission.items.get(role=Role.DATA_SAMPLE).bundle
    run_now(row.job)
    detail = next(found for found in runs_of(submission) if found.row == row)
    assert row.job.state == JobState.SUCCEEDED, row.job.error
    assert detail.template == "evaluation/components/overlap.html"


def test_without_a_sample_nothing_is_compared(tmp_path):
    submission = handed_in(tmp_path, sample=False)

    request_runs(submission)

    assert not submission.runs.filter(kind="contamination").exists()
