"""What holds for each kind of store: on disk and in a bucket of a real server process, plain and sealed."""

import hashlib
import io
import random

import pytest

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores import Incoming, account_name, current_store, digest_of_part, plans
from portal.artifacts.stores.choice import present_kind
from portal.artifacts.stores.masters import add_to_key_file
from portal.common.formats.manifest import MIB

pytestmark = pytest.mark.django_db

KINDS = ("local", "local+sealed", "s3", "s3+sealed")
OWNER = "consortium:1"
DATA = random.Random(5).randbytes(2 * MIB + 1234)


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def each(kind, settings, tmp_path, request, monkeypatch):
    if kind.endswith("sealed"):
        settings.STORE_KEY_FILE = tmp_path / "master.key"
        add_to_key_file(settings.STORE_KEY_FILE)
    if kind.startswith("s3"):
        server = request.getfixturevalue("object_server")
        settings.OBJECT_STORE = server.settings(server.new_bucket())
        monkeypatch.setattr(plans, "LEAST_PART", 1)
    assert present_kind() == kind
    return current_store()


def incoming(data=DATA, *, upload="u1", owner=OWNER):
    parts = tuple(hashlib.sha256(data[n : n + MIB]).hexdigest() for n in range(0, len(data), MIB))
    return Incoming(upload, 0, owner, hashlib.sha256(data).hexdigest(), len(data), MIB, parts)


def send(store, file, data=DATA):
    for number in (2, 0, 1):
        offset, length = file.span(number)
        with store.part(file, number) as part:
            written = part.write(io.BytesIO(data[offset : offset + length]).read)
        assert written == (length, file.parts[number])


def put(store, data, *, owner=OWNER):
    name = hashlib.sha256(data).hexdigest()
    store.put(io.BytesIO(data).read, owner=owner, sha256=name, size=len(data))
    return name


def test_parts_in_any_order_become_an_object(each):
    file = incoming()
    assert not each.has_incoming(file)
    with pytest.raises(FileNotFoundError):
        each.open_incoming(file)
    send(each, file)

    with each.open_incoming(file) as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
    assert [digest_of_part(each, file, number) for number in range(3)] == list(file.parts)
    each.adopt(file)

    assert not each.has_incoming(file)
    assert each.exists(OWNER, file.sha256)
    with each.open(OWNER, file.sha256) as stream:
        assert stream.read() == DATA
        stream.seek(MIB - 10)
        assert stream.read(20) == DATA[MIB - 10 : MIB + 10]
        assert stream.seek(0, io.SEEK_END) == len(DATA)


def test_adopting_again_or_beside_another_sender_changes_nothing(each):
    for upload in ("u1", "u2"):
        file = incoming(upload=upload)
        send(each, file)
        with each.open_incoming(file) as stream:
            stream.read()
        each.adopt(file)

    [item] = each.objects()
    assert (item.account, item.sha256) == (account_name(OWNER), file.sha256)
    assert each.open(OWNER, file.sha256).read() == DATA


def test_an_object_belongs_to_one_account(each):
    name = put(each, b"weights")

    assert not each.exists("consortium:2", name)
    with pytest.raises(ArtifactError) as caught:
        each.open("consortium:2", name)
    assert caught.value.code == "object_missing"
    put(each, b"weights", owner="consortium:2")
    assert each.delete(OWNER, name)
    assert each.open("consortium:2", name).read() == b"weights"


@pytest.mark.parametrize("sent", [b"weight?", b"weight", b"weights and more"])
def test_a_stream_with_other_bytes_is_not_stored(each, sent):
    name = hashlib.sha256(b"weights").hexdigest()

    with pytest.raises(ArtifactError) as caught:
        each.put(io.BytesIO(sent).read, owner=OWNER, sha256=name, size=7)

    assert caught.value.code == "wrong_digest"
    assert not list(each.objects())
    assert not list(each.incoming_uploads())


def test_nothing_is_stored_too(each):
    name = put(each, b"")

    assert each.open(OWNER, name).read() == b""


def test_a_placed_file_is_whole_and_read_only(each, tmp_path):
    name = put(each, DATA)
    target = tmp_path / "work" / "model.safetensors"

    each.place(OWNER, name, target=target)
    each.place(OWNER, name, target=target)

    assert target.read_bytes() == DATA
    assert target.stat().st_mode & 0o222 == 0
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    with pytest.raises(ArtifactError, match="not in the store"):
        each.place(OWNER, "ab" * 32, target=tmp_path / "other")


def test_a_deleted_object_is_gone(each, store):
    name = put(each, DATA)

    assert each.delete(OWNER, name)

    assert not each.exists(OWNER, name)
    assert not each.delete(OWNER, name)
    assert not list(each.objects())
    assert not [path for path in store.rglob("*") if path.is_file() and path.stat().st_size]


def test_only_what_was_not_stored_again_is_unused(each):
    name = put(each, DATA)
    [item] = each.objects()

    assert not each.remove_unused(item, unused_since=item.modified - 10)
    assert each.remove_unused(item, unused_since=item.modified + 10)
    assert not each.remove_unused(item, unused_since=item.modified + 10)
    assert not each.exists(OWNER, name)


def test_an_upload_that_is_forgotten_leaves_nothing(each):
    send(each, incoming())
    [(name, _)] = each.incoming_uploads()

    each.remove_incoming(name)

    assert not list(each.incoming_uploads())
    assert not each.has_incoming(incoming())


def test_one_check_at_a_time(each):
    with each.alone("u1"), pytest.raises(ArtifactError) as caught, each.alone("u1"):
        pass

    assert caught.value.code == "checking"
