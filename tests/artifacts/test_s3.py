"""The store in a bucket of a real S3-compatible server: what it promises beyond what every store promises."""

import hashlib
import io
import time
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores import Incoming, account_name, current_store
from portal.artifacts.stores.bucket import answered
from portal.artifacts.stores.locks import name_lock

OWNER = "consortium:1"
DATA = bytes(range(256)) * 12  # 3072 bytes in parts of 1000
PART = 1000


@pytest.fixture
def keys(object_server, bucket):
    def listed():
        return [item["Key"] for item in object_server.client.list_objects_v2(Bucket=bucket).get("Contents", ())]

    return listed


@pytest.fixture
def s3(bucket):
    return current_store()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def incoming(data=DATA, *, upload="u1", index=0, part=PART):
    parts = tuple(sha256(data[n : n + part]) for n in range(0, len(data), part))
    return Incoming(upload, index, OWNER, sha256(data), len(data), part, parts)


def send(store, file, data, number):
    offset, length = file.span(number)
    with store.part(file, number) as part:
        return part.write(io.BytesIO(data[offset : offset + length]).read)


def send_all(store, file, data=DATA):
    for number in range(len(file.parts)):
        send(store, file, data, number)


def test_parts_become_one_object(s3, keys):
    file = incoming()
    send_all(s3, file)
    with s3.open_incoming(file) as stream:
        assert stream.read() == DATA
        stream.seek(1990)
        assert stream.read(20) == DATA[1990:2010]
    s3.adopt(file)
    assert s3.exists(OWNER, file.sha256)
    assert not s3.has_incoming(file)
    assert [key.split("/")[-1] for key in keys()] == [file.sha256]
    with s3.open(OWNER, file.sha256) as stream:
        assert stream.read() == DATA


def test_a_file_of_one_part(s3, keys):
    file = incoming(b"short")
    send_all(s3, file, b"short")
    with s3.open_incoming(file) as stream:
        stream.read()
    s3.adopt(file)
    assert len(keys()) == 1


@pytest.mark.parametrize("sent", [DATA[: PART - 1] + b"!", DATA[: PART - 1], b""])
def test_wrong_or_short_bytes_never_get_a_name(sent, s3, keys):
    """The last piece is held back until the digest is right, so it does not take a store that checks."""
    file = incoming()
    with s3.part(file, 0) as part:
        written = part.write(io.BytesIO(sent).read)
    assert written != (PART, file.parts[0])
    assert keys() == []


def test_a_lost_part_reads_as_zeros_so_that_the_check_finds_it(s3, object_server, bucket):
    file = incoming()
    send_all(s3, file)
    object_server.client.delete_object(Bucket=bucket, Key=f"portal/{s3.part_name(file, 1)}")
    with s3.open_incoming(file) as stream:
        assert stream.read() == DATA[:1000] + bytes(1000) + DATA[2000:]


def test_what_was_not_read_does_not_become_an_object(s3, object_server, bucket):
    """Another process checked it, and the parts were replaced since."""
    file = incoming()
    send_all(s3, file)
    object_server.client.put_object(Bucket=bucket, Key=f"portal/{s3.part_name(file, 1)}", Body=bytes(1000))
    with pytest.raises(ArtifactError) as caught:
        s3.adopt(file)
    assert caught.value.code == "wrong_digest"
    assert not s3.exists(OWNER, file.sha256)


def test_a_part_replaced_while_it_is_read_is_told(s3, object_server, bucket):
    file = incoming()
    send_all(s3, file)
    with s3.open_incoming(file) as stream:
        object_server.client.put_object(Bucket=bucket, Key=f"portal/{s3.part_name(file, 1)}", Body=bytes(1000))
        with pytest.raises(ArtifactError) as caught:
            stream.read()
    assert caught.value.code == "store_changed"


def test_killed_between_object_and_clearing(s3, object_server, bucket):
    """The first part goes first, so that what is left is not taken for a file on its way."""
    file = incoming()
    send_all(s3, file)
    s3.adopt(file)
    send(s3, file, DATA, 1)
    assert not s3.has_incoming(file)
    assert s3.exists(OWNER, file.sha256)


def test_incoming_bytes_are_removed_by_upload(s3, keys):
    one, two = incoming(upload="u1"), incoming(upload="u10")
    send_all(s3, one)
    send_all(s3, two)
    assert sorted(name for name, _ in s3.incoming_uploads()) == ["u1", "u10"]
    s3.remove_incoming("u1")
    assert [name for name, _ in s3.incoming_uploads()] == ["u10"]


def test_an_unfinished_assembly_is_named_and_removed(s3, object_server, bucket):
    key = {"Bucket": bucket, "Key": "portal/objects/x/ab/abc"}
    object_server.client.create_multipart_upload(**key)
    ((name, _),) = s3.incoming_uploads()
    s3.remove_incoming(name)
    assert list(s3.incoming_uploads()) == []
    s3.remove_incoming(name)  # and again


def test_a_stream_becomes_an_object_or_nothing(s3, keys, monkeypatch):
    monkeypatch.setattr("portal.artifacts.stores.assembly.BUFFER", 300)
    s3.put(io.BytesIO(DATA).read, owner=OWNER, sha256=sha256(DATA), size=len(DATA))
    with s3.open(OWNER, sha256(DATA)) as stream:
        assert stream.read() == DATA
    with pytest.raises(ArtifactError, match="hash to"):
        s3.put(io.BytesIO(DATA).read, owner=OWNER, sha256="0" * 64, size=len(DATA))
    assert len(keys()) == 1
    assert list(s3.incoming_uploads()) == []


def test_an_empty_file(s3):
    s3.put(lambda _: b"", owner=OWNER, sha256=sha256(b""), size=0)
    with s3.open(OWNER, sha256(b"")) as stream:
        assert stream.read() == b""


def test_a_copy_and_its_place(s3, tmp_path):
    (tmp_path / "a").write_bytes(DATA)
    kept = s3.add_copy(tmp_path / "a", owner=OWNER)
    s3.place(OWNER, kept.sha256, target=tmp_path / "deep" / "b")
    assert (tmp_path / "deep" / "b").read_bytes() == DATA


def test_objects_lie_per_account_and_are_removed_by_age(s3):
    s3.put(io.BytesIO(DATA).read, owner=OWNER, sha256=sha256(DATA), size=len(DATA))
    (item,) = s3.objects()
    assert not s3.exists("consortium:2", sha256(DATA))
    assert s3.remove_unused(item, unused_since=time.time() - 3600) is False
    assert s3.remove_unused(item, unused_since=time.time() + 3600) is True
    assert list(s3.objects()) == []


def test_deletion_leaves_no_version(object_server, settings):
    settings.OBJECT_STORE = object_server.settings(object_server.new_bucket())
    bucket = settings.OBJECT_STORE["bucket"]
    object_server.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    store = current_store()
    key = f"portal/{store.object_name(account_name(OWNER), sha256(DATA))}"
    object_server.client.create_multipart_upload(Bucket=bucket, Key=key)
    for _ in range(2):
        store.put(io.BytesIO(DATA).read, owner=OWNER, sha256=sha256(DATA), size=len(DATA))
    assert store.delete(OWNER, sha256(DATA)) is True
    left = object_server.client.list_object_versions(Bucket=bucket)
    assert "Versions" not in left
    assert list(store.incoming_uploads()) == []
    assert store.delete(OWNER, sha256(DATA)) is False


def test_a_missing_object_says_what_to_do(s3):
    with pytest.raises(ArtifactError) as caught:
        s3.open(OWNER, "0" * 64)
    assert caught.value.code == "object_missing"


def test_a_store_that_does_not_answer(settings, tmp_path):
    settings.OBJECT_STORE = {"bucket": "b", "url": "http://127.0.0.1:9", "key": "k", "secret": "s"}
    with pytest.raises(ArtifactError) as caught:
        send(current_store(), incoming(), DATA, 0)
    assert caught.value.code == "store_unreachable"


def test_a_signed_part_is_bound_to_length_and_digest(s3):
    signed = s3.sign_part(incoming(), 0, seconds=60)
    query = parse_qs(urlsplit(signed.url).query)
    assert {"content-length", "host", "x-amz-checksum-sha256"} <= set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert query["X-Amz-Expires"] == ["60"]
    answer = urllib3.request("PUT", signed.url, body=DATA[:PART], headers=signed.headers)
    assert answer.status == 200
    assert s3.received(incoming(), 0)[0] == PART


def test_a_strict_storage_takes_what_was_declared_and_nothing_else(strict):
    store, file = current_store(), incoming()
    send_all(store, file)
    signed = store.sign_part(file, 0, seconds=60)
    put = partial(urllib3.request, "PUT", signed.url)
    assert put(body=DATA[:PART], headers=signed.headers).status == 200
    assert put(body=bytes(PART), headers=signed.headers).status == 400
    assert put(body=DATA[: PART + 1], headers=signed.headers).status == 403
    assert put(body=DATA[:PART]).status == 403
    with store.open_incoming(file) as stream:
        assert stream.read() == DATA
    store.adopt(file)
    assert store.exists(OWNER, file.sha256)


def test_a_part_exchanged_between_check_and_copy_is_not_copied(strict, object_server, bucket):
    store, file = current_store(), incoming()
    send_all(store, file)
    with store.open_incoming(file) as stream:
        stream.read()
    object_server.client.put_object(Bucket=bucket, Key=f"portal/{store.part_name(file, 1)}", Body=bytes(1000))
    with pytest.raises(ArtifactError) as caught:
        store.adopt(file)
    assert caught.value.code == "store_changed"
    assert not store.exists(OWNER, file.sha256)
    assert [name for name, _ in store.incoming_uploads()] == ["u1"]


def test_the_address_for_clients_may_be_another(object_server, bucket, settings):
    settings.OBJECT_STORE |= {"public_url": "https://objects.example.org"}
    assert current_store().sign_part(incoming(), 0, seconds=60).url.startswith("https://objects.example.org/")


@pytest.mark.parametrize("data", [DATA, b"one part"])
def test_a_copy_names_the_versions_that_were_read(data, s3):
    """The server here would ignore it, so the requests themselves are looked at."""
    file, asked = incoming(data), []
    send_all(s3, file, data)
    with s3.open_incoming(file) as stream:
        stream.read()
    read = {item.key: item.etag for item in s3.bucket.items("incoming/")}
    watch = "before-send.s3"
    s3.bucket.client.meta.events.register(watch, lambda request, **_: asked.append(dict(request.headers)), "watch")
    s3.adopt(file)
    s3.bucket.client.meta.events.unregister(watch, unique_id="watch")
    copies = [headers for headers in asked if "x-amz-copy-source" in headers]
    named = {
        headers["x-amz-copy-source"].decode(): headers["x-amz-copy-source-if-match"].decode() for headers in copies
    }
    assert {source.split("/portal/", 1)[1]: etag for source, etag in named.items()} == read


def test_one_check_at_a_time(s3):
    with s3.alone("u1"), s3.alone("u2"), pytest.raises(ArtifactError) as caught, s3.alone("u1"):
        pass
    assert caught.value.code == "checking"
    with s3.alone("u1"):
        pass


def test_an_object_that_is_being_made_is_not_collected(s3):
    """Made again at the moment when the collector has found it old."""
    s3.put(io.BytesIO(DATA).read, owner=OWNER, sha256=sha256(DATA), size=len(DATA))
    (item,) = s3.objects()
    with name_lock(s3.locks, s3.object_name(item.account, item.sha256), shared=True):
        assert s3.remove_unused(item, unused_since=time.time() + 3600) is False
    assert s3.remove_unused(item, unused_since=time.time() + 3600) is True


@pytest.mark.parametrize(
    ("status", "text", "code"),
    [
        (507, "", "disk_short"),
        (403, "<Code>QuotaExceeded</Code>", "disk_short"),
        (403, "<Code>AccessDenied</Code>", "store_unreachable"),
        (500, "", "store_unreachable"),
    ],
)
def test_what_the_storage_answers_in_our_words(status, text, code):
    assert answered(status, text).code == code
