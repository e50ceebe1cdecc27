"""Originality reports as they stand when their job is done, without reading a weight."""

import itertools
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from originality.actions import store_document
from originality.models import Comparison, OriginalityRun, Reference
from portal.artifacts.actions import store_file, store_folder
from portal.consortia.models import Entry
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.submissions.enums import Role, State
from portal.submissions.models import Submission, SubmissionItem, SubmissionRun
from tests.factories.originality import llama, write_model
from tests.factories.originality_reports import report_document as unmade_report
from tests.factories.submission_runs import report_run

_numbers = itertools.count(1)
OUTCOMES = ("no trace", "anomaly", "common origin", "identical")


def make_reference(*, name: str = "", account: str = "") -> Reference:
    """A row of the registry whose sketch nobody reads."""
    number = next(_numbers)
    with tempfile.NamedTemporaryFile(suffix=".sketch") as file:
        file.write(b"sketch %d" % number)
        file.flush()
        blob = store_file(Path(file.name), owner="registry")
    return Reference.objects.create(
        name=name or f"Public model {number}",
        source="made for the test",
        revision="1",
        licence="MIT",
        public_since=date(2025, 3, 1),
        account=account,
        digest=f"{number:064x}",
        parameters=1000,
        family="llama",
        sketch=blob,
    )


def report_document(*, level: int, outcome: str) -> dict[str, Any]:
    figures = {"n": 1024, "z": 31.0, "null_mean": 0.0, "null_sd": 1.0, "agreement": 0.98, "r2": 0.9, "control_z": 0.4}
    pooled = {"T1": {**figures, "log10_p": -208.0, "log10_p_adj": -206.0, "p_adj": 1e-206, "level": level}}
    return {
        **unmade_report(reused="", comparable=False),
        "global": {
            "level": level,
            "outcome": outcome,
            "comparable": True,
            "pooled": pooled,
            "share_of_parameters_common_origin": 0.9 if level else 0.0,
        },
        "coverage": {"any": 0.98, "signs": 0.6, "exact": 0.98, "trained": 1.0},
        "tests_tried": 100,
        "direction": {"text": "direction not determined"},
    }


def compare(
    run: OriginalityRun, *, reference: Reference, level: int, outcome: str = "", declared: str = ""
) -> Comparison:
    document = report_document(level=level, outcome=outcome or OUTCOMES[level])
    return Comparison.objects.create(
        run=run,
        reference=reference,
        level=level,
        outcome=outcome or OUTCOMES[level],
        declared=declared,
        alignment="T1",
        z=31.0 if level else 0.4,
        r2=0.9 if level else 0.0,
        coverage=0.98,
        share=0.9 if level else 0.0,
        report=document,
        document=store_document(document, owner=run.bundle.owner),
    )


def finish(run: OriginalityRun) -> OriginalityRun:
    fields = {"state": JobState.SUCCEEDED, "finished": timezone.now(), "outcome": {}}
    Job.objects.filter(pk=run.job_id).update(**fields)
    run.refresh_from_db()
    return run


def counted_submission(entry: Entry, *, version: int = 1) -> Submission:
    """A version that counts, with nothing but its checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder), llama(seed=entry.pk, layers=1), tokenizer=False)
        bundle = store_folder(Path(folder), owner=entry.consortium.account_key, actor="user:1")
    row = Submission.objects.create(
        entry=entry, version=version, state=State.SUBMITTED, digest="0" * 64, whole_at=timezone.now()
    )
    SubmissionItem.objects.create(submission=row, role=Role.CHECKPOINT, digest=bundle.digest, bundle=bundle)
    return row


def report_on(entry: Entry, *, levels: tuple[int, ...] = (0,), done: bool = True, **fields: Any) -> SubmissionRun:
    """The report of the entry's version that counts, one reference for each level."""
    row = report_run(counted_submission(entry))
    for level in levels:
        compare(row.originality, reference=make_reference(), level=level, **fields)
    if done:
        finish(row.originality)
    return row
