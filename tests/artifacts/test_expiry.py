import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from portal.artifacts.actions import collect_store, complete_upload, expire_uploads, missing_parts, store_file
from portal.artifacts.actions.expiry import keeping_fields
from portal.artifacts.models import Blob
from portal.artifacts.selectors import used_bytes
from portal.artifacts.stores import current_store
from tests.factories.artifacts import OWNER, declare, noise, send_all

FILES = {"train.log": noise(2500)}


def keep_orphan(folder):
    folder.mkdir(exist_ok=True)
    (folder / "orphan.txt").write_bytes(b"orphan")
    current_store().add_copy(folder / "orphan.txt", owner=OWNER)


def in_days(days):
    return timezone.now() + timedelta(days=days)


@pytest.mark.django_db
def test_a_quiet_upload_expires_after_two_weeks(django_capture_on_commit_callbacks):
    upload = declare(FILES)
    send_all(upload, FILES)

    assert expire_uploads(now=in_days(13)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert expire_uploads(now=in_days(15)) == 1

    upload.refresh_from_db()
    assert upload.state == "expired"
    assert not current_store().incoming_folder(upload.pk).exists()
    assert used_bytes(OWNER) == 0


@pytest.mark.django_db
def test_an_expired_upload_can_be_declared_anew():
    declare(FILES)
    expire_uploads(now=in_days(15))

    assert missing_parts(declare(FILES)) == {"train.log": [0, 1, 2]}


@pytest.mark.django_db
def test_objects_without_a_blob_are_collected_once_they_are_old(store):
    send_all(upload := declare(FILES), FILES)
    complete_upload(upload, actor="user:1")
    keep_orphan(store)

    assert collect_store() == (0, 0, 0, 0)
    assert collect_store(now=in_days(2)) == (0, 0, 1, 0)
    assert [path.name for path in store.glob("objects/*/*/*")] == [Blob.objects.get().sha256]


def keep_file(folder, data, *, owner=OWNER):
    folder.mkdir(exist_ok=True)
    (folder / "kept").write_bytes(data)
    return store_file(folder / "kept", owner=owner)


@pytest.mark.django_db
def test_files_that_nothing_uses_are_collected_with_their_objects(store, tmp_path):
    send_all(upload := declare(FILES), FILES)
    complete_upload(upload, actor="user:1")
    unused = keep_file(tmp_path / "a", b"of a run that was never recorded")

    assert collect_store() == (0, 0, 0, 0)
    assert collect_store(now=in_days(2)) == (0, 1, 1, 0)

    assert not Blob.objects.filter(pk=unused.pk).exists()
    assert Blob.objects.get().sha256 == upload.plan.files[0].sha256
    assert collect_store(now=in_days(2)) == (0, 0, 0, 0)


def test_every_app_that_refers_to_a_file_keeps_it():
    keeping = {f"{field.model._meta.label}.{field.name}" for field in keeping_fields()}

    assert keeping >= {
        "artifacts.BundleFile.blob",
        "artifacts.BlobSummary.document",
        "evaluation.EvaluationRun.samples",
        "originality.Comparison.document",
    }
    assert "artifacts.BlobSummary.blob" not in keeping


@pytest.mark.django_db
def test_a_file_that_an_open_upload_counts_on_stays(store, tmp_path):
    kept = keep_file(tmp_path / "a", FILES["train.log"])
    other = keep_file(tmp_path / "a", FILES["train.log"], owner="consortium:2")
    assert missing_parts(declare(FILES)) == {}

    assert collect_store(now=in_days(2)).blobs == 1

    assert Blob.objects.filter(pk=kept.pk).exists()
    assert not Blob.objects.filter(pk=other.pk).exists()


@pytest.mark.django_db
def test_a_file_that_is_stored_again_is_young_again(store, tmp_path):
    kept = keep_file(tmp_path / "a", b"again")
    Blob.objects.update(renewed=in_days(-9))
    keep_file(tmp_path / "a", b"again")

    assert collect_store().blobs == 0
    assert Blob.objects.filter(pk=kept.pk).exists()


@pytest.mark.django_db
def test_an_object_that_is_stored_again_is_young_again(store):
    keep_orphan(store)
    [item] = current_store().objects()
    keep_orphan(store)

    assert not current_store().remove_unused(item, unused_since=item.modified)
    assert [found.sha256 for found in current_store().objects()] == [item.sha256]


@pytest.mark.django_db
def test_leftovers_of_closed_uploads_are_collected(store):
    upload = declare(FILES)
    send_all(upload, FILES)
    leftover = store / "incoming" / "00000000-0000-0000-0000-000000000000"
    leftover.mkdir()

    assert collect_store(now=in_days(2)).leftovers == 1
    assert current_store().incoming_folder(upload.pk).exists()


@pytest.mark.django_db
def test_rows_of_parts_go_a_day_after_completion():
    send_all(upload := declare(FILES), FILES)
    complete_upload(upload, actor="user:1")

    collect_store()
    assert upload.parts.count() == 3
    collect_store(now=in_days(2))
    assert upload.parts.count() == 0


@pytest.mark.django_db
def test_the_command_says_what_it_did(capsys):
    call_command("collect_store")

    assert (
        capsys.readouterr().out
        == "0 uploads expired; removed: 0 leftovers, 0 unused files, 0 objects and 0 keys without a file.\n"
    )


def test_the_command_goes_on_until_it_is_told_to_end(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"PORTAL_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.config.settings.embedded"}
    command = [sys.executable, "manage.py", "collect_store", "--every", "0.1"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    try:
        said = [process.stderr.readline() for _ in range(2)]  # there is no table yet: it says so, and tries again
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
    assert all("no such table" in line for line in said)
