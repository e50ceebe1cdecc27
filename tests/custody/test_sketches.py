"""What keeps a deposited sketch honest: it is made again from the bytes that the lot called, by the job's real child."""

import pytest
from django.db import transaction

from originality.core.readers import open_folder
from originality.core.sketch import build_sketch
from originality.core.sketchfile import save_sketch
from portal.artifacts.actions import store_folder
from portal.artifacts.models import CustodyRead
from portal.custody import actions, tasks
from portal.custody.models import CalledCheckpoint
from portal.jobs.enums import JobState
from tests.factories.custody import deposit_folder, drawn, staff
from tests.factories.jobs import run_now
from tests.factories.originality import llama, write_model
from tests.factories.submissions import receiving_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def work_folder(settings, tmp_path):
    settings.WORK_DIR = tmp_path / "work"
    settings.CELERY_BROKER_URL = ""
    settings.JOBS_BACKOFF_SECONDS = 0


def sketch_of(folder, target):
    target.mkdir()
    save_sketch(build_sketch(open_folder(folder)), target / "sketch.safetensors")
    return target


def test_a_sketch_is_held_to_the_bytes(tmp_path):
    """What differs when it is another model's: tests/originality/core/test_agreement.py."""
    entry = receiving_entry()
    owner = entry.consortium.account_key
    write_model(tmp_path / "model", llama(seed=1, layers=1))
    sketch = store_folder(sketch_of(tmp_path / "model", tmp_path / "sketch"), owner=owner, actor="user:1")
    deposit_folder(entry, tmp_path / "model", step=10, sketch=sketch)
    drawn(entry.phase, by=staff("officer"))

    store_folder(tmp_path / "model", owner=owner, actor="user:1")
    actions.receive_called()
    job = run_now(CalledCheckpoint.objects.get().job)

    assert job.state == JobState.SUCCEEDED, job.error
    assert CalledCheckpoint.objects.get().finding == "same"
    assert list(CustodyRead.objects.values_list("reader", "purpose")) == [(f"job:{job.pk}", "called")] * 2
    with transaction.atomic():
        tasks.commit(job, {"differs": ["tensor model.norm.weight"]})
    assert CalledCheckpoint.objects.get().finding == "differs"
