"""The promise of the whole: a real model in the real harness, its worker killed, one result."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaluation.models import TaskResult
from portal.jobs.enums import AttemptOutcome, JobState
from tests.factories.evaluation import make_run, make_suite, suite_document, tiny_model
from tests.jobs.conftest import running_portal
from tests.jobs.databases import migrated_database
from tests.jobs.processes import Portal, kill, wait_until

WHOLE = "portal.config.settings.embedded"


@pytest.fixture
def whole_portal(tmp_path: Path, tmp_path_factory: Any, django_db_blocker: Any, settings: Any) -> Iterator[Portal]:
    settings.STORE_DIR = tmp_path / "var" / "store"
    folder = tmp_path_factory.mktemp("whole")
    with (
        migrated_database(folder, settings_module=WHOLE) as template,
        running_portal(template, tmp_path, django_db_blocker) as portal,
    ):
        yield portal


@pytest.mark.model
def test_worker_killed_during_the_benchmark_leaves_one_result(whole_portal: Portal, tmp_path: Path) -> None:
    run = make_run(tiny_model(tmp_path / "model").final.folder, suite=make_suite(suite_document(items=20)))
    worker = whole_portal.manage("run_worker")
    wait_until(lambda: tasks_done(tmp_path / "var" / "work") > 0)

    kill(worker)
    whole_portal.lapse(run.job)
    whole_portal.work()

    run.job.refresh_from_db()
    assert run.job.state == JobState.SUCCEEDED
    assert list(run.job.attempts.values_list("outcome", flat=True)) == [AttemptOutcome.LOST, AttemptOutcome.SUCCEEDED]
    keys = list(TaskResult.objects.filter(run=run).values_list("task", "metric"))
    assert len(keys) == len(set(keys)) > 0


def tasks_done(work: Path) -> int:
    """Read where the child writes it: the row learns it a moment later."""
    return sum(path.read_text().count('"done"') - 1 for path in work.glob("jobs/*/*/progress.jsonl"))
