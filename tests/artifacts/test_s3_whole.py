"""The protocol over a store in object storage, plain and sealed; and the moves there and back."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal.artifacts.actions import (
    cancel_upload,
    collect_store,
    complete_upload,
    materialise,
    missing_parts,
    open_blob,
    store_folder,
    write_part,
)
from portal.artifacts.actions.destroying import forget_bundles, remove_objects
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob
from portal.artifacts.stores import current_store, named_store
from portal.artifacts.stores.masters import add_to_key_file
from portal.common.formats.hashing import sha256_of
from portal.common.formats.manifest import MIB
from tests.factories.artifacts import OWNER, declare, noise, part_of, send_all, write_folder

pytestmark = pytest.mark.django_db

LOG = noise(2 * MIB + 77)
FILES = {"train.log": LOG, "empty.txt": b"", "설정.json": b"{}"}
READ = {"reader": "system", "purpose": "keeping"}


@pytest.fixture
def key_file(settings, tmp_path):
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)
    return settings.STORE_KEY_FILE


@pytest.fixture(params=["s3", "s3+sealed"])
def kind(request, bucket):
    if request.param.endswith("sealed"):
        request.getfixturevalue("key_file")
    return request.param


@pytest.fixture
def everything(object_server, bucket):
    """All bytes in the bucket, also of former versions."""

    def read():
        client = object_server.client
        items = client.list_objects_v2(Bucket=bucket).get("Contents", ())
        return b"".join(client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in items)

    return read


def push():
    upload = declare(FILES, part_size=MIB)
    send_all(upload, FILES)
    return complete_upload(upload, actor="user:1")


def test_the_same_bundle_in_either_form(kind, everything, tmp_path):
    bundle = push()
    assert bundle.digest == declare(FILES, part_size=MIB).digest
    materialise(bundle, tmp_path / "out", **READ)
    assert {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in (tmp_path / "out").rglob("*.*")
    } == FILES
    assert (LOG[:64] in everything()) is (kind == "s3")
    assert list(current_store().incoming_uploads()) == []


def test_parts_arrive_in_any_order_and_once(kind):
    upload = declare({"train.log": LOG}, part_size=MIB)
    for number in (2, 0, 1):
        data = part_of(LOG, number, part_size=MIB)
        assert write_part(upload, index=0, number=number, stream=io.BytesIO(data), length=len(data)) is True
        assert write_part(upload, index=0, number=number, stream=io.BytesIO(data), length=len(data)) is False
    assert missing_parts(upload) == {}


def test_random_access_reads_only_what_is_asked_for(kind):
    push()
    with open_blob(Blob.objects.get(size=len(LOG)), **READ) as stream:
        stream.seek(MIB - 5)
        assert stream.read(10) == LOG[MIB - 5 : MIB + 5]
        stream.seek(-7, 2)
        assert stream.read() == LOG[-7:]


def test_cancelled_and_orphaned_bytes_are_collected(kind, everything):
    upload = declare({"train.log": LOG}, part_size=MIB)
    send_all(upload, {"train.log": LOG})
    cancel_upload(upload, actor="user:1")
    orphan = hashlib.sha256(b"orphan").hexdigest()
    current_store().put(io.BytesIO(b"orphan").read, owner=OWNER, sha256=orphan, size=6)
    collect_store(now=timezone.now() + timedelta(days=2))
    assert everything() == b""


def test_the_way_to_object_storage_and_back(bucket, key_file, settings, tmp_path):
    """local+sealed is where the settings without a bucket would keep it."""
    place, settings.OBJECT_STORE = settings.OBJECT_STORE, {**settings.OBJECT_STORE, "bucket": ""}
    settings.STORE_KEY_FILE = ""
    bundle = store_folder(write_folder(tmp_path / "model"), owner=OWNER, actor="user:1")
    settings.OBJECT_STORE, settings.STORE_KEY_FILE = place, key_file
    for source, target in (("local", "s3"), ("s3", "s3+sealed"), ("s3+sealed", "local+sealed"), ("local+sealed", "s3")):
        out = io.StringIO()
        call_command("move_store", "--from", source, "--to", target, "--remove", stdout=out)
        assert f"{len(bundle.entries())} objects copied" in out.getvalue()
        store = named_store(target)
        for entry in bundle.entries():
            store.place(OWNER, entry.sha256, target=tmp_path / target / entry.path)
            assert sha256_of(tmp_path / target / entry.path) == entry.sha256


def test_destroying_clears_the_places_of_before_as_well(bucket, key_file, settings, tmp_path, everything):
    """Moved twice, never with --remove: on the disk, plain in the bucket, sealed in the bucket."""
    place, settings.OBJECT_STORE = settings.OBJECT_STORE, {**settings.OBJECT_STORE, "bucket": ""}
    settings.STORE_KEY_FILE = ""
    bundle = store_folder(write_folder(tmp_path / "model"), owner=OWNER, actor="user:1")
    settings.OBJECT_STORE, settings.STORE_KEY_FILE = place, key_file
    for source, target in (("local", "s3"), ("s3", "s3+sealed")):
        call_command("move_store", "--from", source, "--to", target, stdout=io.StringIO())
    assert everything()
    assert list(named_store("local").objects())

    assert remove_objects(forget_bundles([bundle], owner=OWNER), owner=OWNER).kept == ()

    assert everything() == b""
    assert not list(named_store("local").objects())


def test_a_part_too_small_for_object_storage(object_server, settings):
    settings.OBJECT_STORE = object_server.settings("never-asked")
    with pytest.raises(ArtifactError, match="takes parts from 5242880 bytes") as caught:
        declare({"train.log": LOG}, part_size=MIB)
    assert caught.value.code == "part_unit"
