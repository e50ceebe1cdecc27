"""A finished comparison of a data sample with a suite, made by the real core on a sample of a few lines."""

import json
import tempfile
from itertools import count
from pathlib import Path

from evaluation.actions import SHIPPED, load_suite
from evaluation.contamination.models import ContaminationRun
from evaluation.core.contamination import SPEC_SCHEMA
from evaluation.core.contamination.run import compare
from evaluation.core.sources import items_of
from evaluation.core.suites import parse_suite
from portal.artifacts.actions import store_folder
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.submissions.enums import RunKind
from portal.submissions.models import Submission, SubmissionRun
from tests.factories.jobs import make_job

_numbers = count(1)


def overlap_run(submission: Submission) -> SubmissionRun:
    """Three passages of the small suite and five of its questions with their answers stand in the sample."""
    suite = load_suite(SHIPPED / "small.yaml")
    with tempfile.TemporaryDirectory() as name:
        sample = Path(name) / "sample"
        sample.mkdir()
        (sample / "web-0001.jsonl").write_text(planted(suite.document), encoding="utf-8")
        spec = {"schema": SPEC_SCHEMA, "suites": [suite.document], "sample": "sample"}
        report = compare(spec, workdir=sample.parent)
        bundle = store_folder(sample, owner=submission.entry.consortium.account_key, actor="user:1")
    job = make_job("evaluation.contamination", payload={}, account=bundle.owner)
    Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED, outcome={}, finished="2026-01-15T00:00Z")
    plan = {"suites": [{"name": suite.name, "version": suite.version, "digest": suite.digest}]}
    key = f"overlap-{next(_numbers)}"
    run = ContaminationRun.objects.create(key=key, bundle=bundle, plan=plan, report=report, actor="system", job=job)
    return SubmissionRun.objects.create(submission=submission, kind=RunKind.CONTAMINATION, contamination=run)


def planted(document: object) -> str:
    suite = parse_suite(document)
    tasks = {task.name: items_of(task, suite=suite) for task in suite.tasks}
    texts = [item.question for item in tasks["ko_passages"][:3]]
    texts += [f"{item.question} {item.choices[item.gold]}" for item in tasks["ko_knowledge"][:5]]
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
