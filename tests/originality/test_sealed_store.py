"""Figures do not depend on how the bytes lie: the same comparison out of a plain and out of a sealed store."""

import pytest
from django.core.management import call_command

from originality import actions
from originality.selectors import comparisons_of
from portal.artifacts.actions import store_folder
from portal.artifacts.stores import current_store
from portal.artifacts.stores.masters import add_to_key_file
from portal.jobs.enums import JobState
from tests.factories.jobs import run_now
from tests.factories.originality import fine_tuned, llama, write_model
from tests.originality.test_jobs import add, work_folder

pytestmark = pytest.mark.django_db

__all__ = ("work_folder",)


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"
    settings.UPLOADS = {"disk_reserve_bytes": 0}


def report_of(folder, *, owner):
    bundle = store_folder(folder, owner=owner, actor="user:1")
    run = actions.request_report(bundle, key=owner, actor="user:1")
    job = run_now(run.job)
    assert job.state == JobState.SUCCEEDED, job.error
    [comparison] = comparisons_of(run)
    return bundle.digest, comparison.report


def test_a_sealed_store_gives_the_same_digests_and_figures(settings, tmp_path):
    add(write_model(tmp_path / "reference", llama(seed=2)), name="one")
    candidate = write_model(tmp_path / "candidate", fine_tuned(llama(seed=2)))
    plain = report_of(candidate, owner="consortium:1")

    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)
    call_command("move_store", "--from", "local", "--remove", stdout=(tmp_path / "out").open("w"))
    sealed = report_of(candidate, owner="consortium:2")

    assert current_store().sealed
    assert sealed == plain
    assert not list((tmp_path / "store" / "objects").rglob("*.safetensors"))
