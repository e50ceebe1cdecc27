import errno
import io
import os
import threading

import pytest
from django.db import connection

from portal.artifacts.actions import complete_upload, missing_parts, write_part
from portal.artifacts.actions.expiry import expire_uploads
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Upload, UploadPart
from portal.artifacts.stores import current_store
from tests.factories.artifacts import OWNER, declare, part_of, send_all

DATA = bytes(range(1, 251)) * 10  # text files hold no zero byte
FILES = {"train.log": DATA}


def send(upload, number, data, *, length=None):
    return write_part(
        upload, index=0, number=number, stream=io.BytesIO(data), length=len(data) if length is None else length
    )


@pytest.mark.django_db
def test_a_part_lies_at_its_place_before_its_row_exists():
    upload = declare(FILES)

    assert send(upload, 1, part_of(DATA, 1)) is True

    received = (current_store().incoming_folder(upload.pk) / "0").read_bytes()
    assert received == bytes(1000) + DATA[1000:2000] + bytes(500)
    assert missing_parts(upload) == {"train.log": [0, 2]}


@pytest.mark.django_db
def test_a_stored_part_is_neither_read_nor_written_again():
    upload = declare(FILES)
    send(upload, 0, part_of(DATA, 0))
    stream = io.BytesIO(bytes(1000))

    assert write_part(upload, index=0, number=0, stream=stream, length=1000) is False
    assert stream.tell() == 0
    assert (current_store().incoming_folder(upload.pk) / "0").read_bytes()[:1000] == DATA[:1000]


@pytest.mark.parametrize(
    ("number", "data", "length", "code"),
    [
        (0, b"x" * 1000, None, "wrong_digest"),
        (0, DATA[:999], None, "wrong_length"),
        (2, DATA[2000:] + b"x", None, "wrong_length"),
        (0, DATA[:600], 1000, "short_body"),
        (3, b"", None, "no_such_part"),
    ],
)
@pytest.mark.django_db
def test_a_bad_part_is_refused_and_leaves_no_row(number, data, length, code):
    upload = declare(FILES)

    with pytest.raises(ArtifactError) as caught:
        send(upload, number, data, length=length)

    assert caught.value.code == code
    assert not UploadPart.objects.exists()


@pytest.mark.django_db
def test_a_bad_part_can_be_sent_again():
    upload = declare(FILES)
    with pytest.raises(ArtifactError):
        send(upload, 0, b"x" * 1000)

    send_all(upload, FILES)
    assert complete_upload(upload, actor="user:1").total_size == 2500


@pytest.mark.django_db
def test_a_file_outside_the_manifest_is_refused():
    with pytest.raises(ArtifactError, match="no file 7"):
        write_part(declare(FILES), index=7, number=0, stream=io.BytesIO(b""), length=0)


@pytest.mark.django_db
def test_a_closed_upload_takes_no_part():
    upload = declare(FILES)
    upload.state = "expired"

    with pytest.raises(ArtifactError, match="This upload is expired"):
        send(upload, 0, part_of(DATA, 0))


@pytest.mark.django_db
def test_a_late_sender_never_writes_into_an_object():
    upload = declare(FILES)
    send_all(upload, FILES)
    bundle = complete_upload(upload, actor="user:1")

    assert send(upload, 0, b"?" * 1000) is False  # the row it read is older than the completion
    assert send(Upload.objects.get(), 0, b"?" * 1000) is False
    assert current_store().object_path(OWNER, bundle.entries()[0].sha256).read_bytes() == DATA


class Pausing:
    """A stream that lets the test act between two reads."""

    def __init__(self, data, between):
        self.chunks = [data[:400], data[400:]]
        self.between = between

    def read(self, size):
        chunk = self.chunks.pop(0) if self.chunks else b""
        if len(self.chunks) == 0 and chunk:
            self.between()
        return chunk


@pytest.mark.django_db
def test_an_upload_that_closes_while_bytes_travel_acknowledges_nothing():
    upload = declare(FILES)

    def close():
        Upload.objects.filter(pk=upload.pk).update(state="expired")

    with pytest.raises(ArtifactError, match="This upload is expired"):
        write_part(upload, index=0, number=0, stream=Pausing(part_of(DATA, 0), close), length=1000)

    assert not UploadPart.objects.exists()


@pytest.mark.django_db
def test_two_senders_of_one_part_do_not_write_over_each_other():
    upload = declare(FILES)

    def second_sender():
        with pytest.raises(ArtifactError) as caught:
            send(upload, 0, b"?" * 1000)
        assert caught.value.code == "part_busy"

    assert write_part(upload, index=0, number=0, stream=Pausing(part_of(DATA, 0), second_sender), length=1000)
    assert (current_store().incoming_folder(upload.pk) / "0").read_bytes()[:1000] == DATA[:1000]


@pytest.mark.django_db
def test_a_full_disk_is_an_answer_and_nothing_is_acknowledged(monkeypatch):
    upload = declare(FILES)

    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(ArtifactError) as caught:
        send(upload, 0, part_of(DATA, 0))

    assert caught.value.code == "disk_short"
    assert not UploadPart.objects.exists()


@pytest.mark.django_db
def test_parts_keep_an_upload_alive(limits):
    upload = declare(FILES)
    send(upload, 0, part_of(DATA, 0))

    assert expire_uploads() == 0


def test_many_threads_send_one_upload(fresh_database, settings):
    """Real transactions: four senders take all parts in the same order."""
    upload = declare(FILES)
    failures = []

    def run():
        for number in range(3):
            try:
                send(Upload.objects.get(pk=upload.pk), number, part_of(DATA, number))
            except ArtifactError as error:
                failures.append(error.code)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(failures) <= {"part_busy"}
    assert complete_upload(upload, actor="user:1").total_size == 2500
