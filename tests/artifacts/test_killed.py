"""A process that uploads and checks is killed at every step that changes the disk or the database, one after the other."""

import hashlib
import io
import os
import signal
from datetime import timedelta
from functools import wraps

import pytest
from django.db import connection, connections
from django.utils import timezone

from portal.artifacts.actions import collect_store, complete_upload, declare_upload, missing_parts, write_part
from portal.artifacts.models import Blob, Upload, UploadPart
from portal.artifacts.stores import Incoming, current_store, digest_of_part
from portal.artifacts.stores.masters import add_to_key_file
from portal.common.formats.manifest import MIB
from tests.factories.artifacts import manifest_from, noise, part_of

FILES = {"train.log": noise(MIB + 300), "loss.csv": b"step,loss\n0,10.8\n"}
CALLS = ("pwrite", "fsync", "fdatasync", "posix_fallocate", "rename", "unlink", "rmdir")
MOST = 200  # steps; more would mean that the work never ends


@pytest.fixture(params=["plain", "sealed"])
def stride(request, settings, tmp_path):
    """Sealed, the steps are those of the plain store: every fourth is enough."""
    if request.param == "plain":
        return 1
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)
    return 4


def upload_all(owner, diary):
    """What a client and the server do together; the diary has what was acknowledged, as the client knows it."""
    upload = declare_upload(manifest_from(FILES, part_size=MIB), owner=owner, actor="user:1")
    for index, entry in enumerate(upload.plan.files):
        for number in missing_parts(upload).get(entry.path, ()):
            data = part_of(FILES[entry.path], number, part_size=MIB)
            write_part(upload, index=index, number=number, stream=io.BytesIO(data), length=len(data))
            os.write(diary, bytes([index, number]))
    return complete_upload(upload, actor="user:1")


def die_at(step):
    """Count the calls that change something and end this process before the one that has the number."""
    left = [step]

    def counted(function):
        @wraps(function)
        def call(*arguments, **options):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return function(*arguments, **options)

        return call

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    connection.commit = counted(connection.commit)
    connection._commit = counted(connection._commit)


def killed_at(step, owner, folder):
    """Run in a process of its own until it dies; what it had been told is stored, and whether it died."""
    connections.close_all()
    diary = os.open(folder / "diary", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    child = os.fork()
    if child == 0:
        try:
            die_at(step)
            upload_all(owner, diary)
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    told = os.pread(diary, 100, 0)
    os.close(diary)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 7
    return [(told[n], told[n + 1]) for n in range(0, len(told), 2)], os.WIFSIGNALED(status)


def test_killed_at_every_step(fresh_database, stride, tmp_path):
    for step in range(0, MOST, stride):
        owner = f"consortium:{step}"
        told, died = killed_at(step, owner, tmp_path)
        check_promises(owner, told)

        diary = os.open(os.devnull, os.O_WRONLY)
        bundle = upload_all(owner, diary)
        os.close(diary)
        assert {entry.path for entry in bundle.entries()} == set(FILES)
        if not died:
            break
    else:
        raise AssertionError(f"not done after {MOST} steps")

    assert step > 20, "the steps were not counted"
    check_store()


def check_promises(owner, told):
    """Each part that was acknowledged has its row, and as long as the upload is open its bytes."""
    for upload in Upload.objects.filter(owner=owner):
        rows = set(UploadPart.objects.filter(upload=upload).values_list("index", "number"))
        assert set(told) <= rows
        for index, number in rows if upload.state == "declared" else ():
            file = Incoming.of(upload, index)
            if current_store().has_incoming(file):
                assert digest_of_part(current_store(), file, number) == file.parts[number]
            else:  # the check had made it an object before it was killed
                assert current_store().exists(owner, file.sha256)


def check_store():
    """Every object hashes to its name; after collection nothing lies there that nobody owns."""
    store, later = current_store(), timezone.now() + timedelta(days=2)
    collect_store(now=later)
    blobs = set(Blob.objects.values_list("owner", "sha256"))
    for owner, sha256 in blobs:
        with store.open(owner, sha256) as stream:
            assert hashlib.sha256(stream.read()).hexdigest() == sha256
    assert len(list(store.objects())) == len(blobs)
    assert list(store.incoming_uploads()) == []
