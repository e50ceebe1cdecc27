"""Declarations that lie or reach outside, sizes at the ends of the range, limits that change on the way."""

import hashlib
import io
import json
import unicodedata

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from portal.accounts.models import User
from portal.artifacts.actions import complete_upload, declare_upload, missing_parts, write_part
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Bundle, StorageAccount, Upload
from portal.common.formats.manifest import EMPTY_SHA256, FileEntry, Manifest
from tests.factories.artifacts import OWNER, Token, declare, manifest_from, noise, part_of, send_all

pytestmark = pytest.mark.django_db

LOG = noise(2500)
DIGEST = hashlib.sha256(LOG).hexdigest()


def post(*files):
    client = APIClient()
    client.force_authenticate(User(pk=1), Token())
    document = {"manifest": {"part_size": 5000, "files": list(files)}}
    return client.post("/api/uploads/", json.dumps(document), content_type="application/json")


def file(path, *, data=LOG, **changes):
    digest = hashlib.sha256(data).hexdigest()
    return {"path": path, "size": len(data), "sha256": digest, "parts": [digest] if data else [], **changes}


@pytest.mark.parametrize(
    "path",
    [
        "../train.log", "a/../../train.log", "/etc/train.log", "a//train.log", "./train.log", "C:\\train.log", "a\\train.log",
        "train\u202e.log", "a/train.log.", "a\x00.log", "학습\ud800.log", unicodedata.normalize("NFD", "학습.log"), "x" * 600 + ".log", "",
    ],
)  # fmt: skip
def test_names_that_reach_elsewhere_are_refused(path):
    answer = post(file(path))

    assert (answer.status_code, answer.json()["error"]) == (400, "manifest")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("twin", ["train.log", "TRAIN.LOG", "train.log/step-1.log"])
def test_a_name_declared_twice_is_refused(twin):
    answer = post(file("train.log"), file(twin, data=LOG[:-1]))

    assert answer.status_code == 400
    assert answer.json()["where"].lower().startswith("train.log")
    assert not Upload.objects.exists()


def test_one_digest_cannot_have_two_sizes():
    answer = post(file("a.log"), file("b.log", size=len(LOG) - 1))

    assert answer.status_code == 400
    assert answer.json()["where"] == "b.log"


def test_a_known_digest_cannot_take_another_size():
    """Nothing would travel, so nothing but the declaration would speak for the size."""
    first = declare({"train.log": LOG})
    send_all(first, {"train.log": LOG})
    complete_upload(first, actor="user:1")
    lie = Manifest(part_size=5000, files=(FileEntry("train.log", len(LOG) - 1, DIGEST, (DIGEST,)),))

    with pytest.raises(ArtifactError) as caught:
        complete_upload(declare_upload(lie, owner=OWNER, actor="user:1"), actor="user:1")

    assert caught.value.where == "train.log"
    assert Bundle.objects.count() == 1


def test_a_size_that_turns_out_wrong_while_another_upload_is_checked():
    """Both were declared before the bytes were known."""
    lie = Manifest(part_size=5000, files=(FileEntry("train.log", len(LOG) - 1, DIGEST, (DIGEST,)),))
    liar, honest = declare_upload(lie, owner=OWNER, actor="user:1"), declare({"train.log": LOG})
    send_all(honest, {"train.log": LOG})
    complete_upload(honest, actor="user:1")

    with pytest.raises(ArtifactError) as caught:
        complete_upload(liar, actor="user:1")

    assert (caught.value.code, caught.value.where) == ("file_refused", "train.log")
    assert Bundle.objects.count() == 1


def test_a_file_shorter_or_longer_than_declared_never_completes():
    for size in (len(LOG) - 1, len(LOG) + 1):
        lie = Manifest(part_size=5000, files=(FileEntry("train.log", size, DIGEST, (DIGEST,)),))
        upload = declare_upload(lie, owner=f"consortium:{size}", actor="user:1")
        for length in (size, len(LOG)):
            with pytest.raises(ArtifactError):
                write_part(upload, index=0, number=0, stream=io.BytesIO(LOG), length=length)
        assert missing_parts(upload) == {"train.log": [0]}


def test_empty_files_alone_make_a_bundle():
    upload = declare({"empty.txt": b"", "also empty.txt": b""})

    assert missing_parts(upload) == {}
    bundle = complete_upload(upload, actor="user:1")
    assert [entry.sha256 for entry in bundle.entries()] == [EMPTY_SHA256] * 2


def test_a_quota_lowered_on_the_way_holds_for_what_comes_after():
    upload = declare({"train.log": LOG})
    StorageAccount.objects.filter(owner=OWNER).update(limit=1000)

    with pytest.raises(ArtifactError) as caught:
        declare({"other.log": noise(2000, seed=1)})
    assert caught.value.code == "over_quota"

    send_all(upload, {"train.log": LOG})
    assert complete_upload(upload, actor="user:1").total_size == len(LOG)


def test_a_part_of_ten_thousand_files_reads_one_of_them():
    files = {f"rank-{n // 1000}/step-{n}.log": str(n).encode() for n in range(10_000)}
    upload = declare_upload(manifest_from(files), owner=OWNER, actor="user:1")
    last = Upload.objects.defer("manifest").get(pk=upload.pk)
    data = files[upload.plan.files[-1].path]

    with CaptureQueriesContext(connection) as queries:
        assert write_part(last, index=9999, number=0, stream=io.BytesIO(part_of(data, 0)), length=len(data))

    assert not [query["sql"] for query in queries if '"manifest"' in query["sql"]]
    assert len(missing_parts(upload)) == 9999


@pytest.mark.parametrize("label", ["a\x00b", "a\ud800b", "a\nb"])
def test_a_label_that_no_row_holds_is_refused(label):
    client = APIClient()
    client.force_authenticate(User(pk=1), Token())
    document = {"manifest": {"part_size": 5000, "files": [file("train.log")]}, "label": label}
    answer = client.post("/api/uploads/", json.dumps(document), content_type="application/json")

    assert (answer.status_code, answer.json()["where"]) == (400, "$.label")


def test_a_label_may_hold_every_blank_of_a_keyboard():
    client = APIClient()
    client.force_authenticate(User(pk=1), Token())
    document = {"manifest": {"part_size": 5000, "files": [file("train.log")]}, "label": "학습\u3000기록\u00a01"}
    answer = client.post("/api/uploads/", json.dumps(document), content_type="application/json")

    assert (answer.status_code, answer.json()["label"]) == (201, "학습\u3000기록\u00a01")


def test_a_length_of_5000_digits_is_refused():
    client = APIClient()
    client.force_authenticate(User(pk=1), Token())
    answer = client.post("/api/uploads/", "{}", content_type="application/json", CONTENT_LENGTH="9" * 5000)

    assert answer.status_code == 411
