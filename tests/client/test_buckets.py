"""Files in a team's own bucket, served by a real S3-compatible server."""

import hashlib
import json
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from safetensors.numpy import save

from portal.client import remote
from portal.client.buckets import bucket_files, list_files
from portal.client.errors import ClientError
from portal.client.main import main
from portal.common.formats.hashing import digest_stream

CONTENT = bytes(range(256)) * 12_000  # about 3 MB


@pytest.fixture
def bucket(object_server, monkeypatch):
    """A bucket of its own; its sign-in stands in the environment, as on a team's machine."""
    for name, value in object_server.sign_in.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(remote, "FIRST_DELAY", 0.01)
    return object_server.new_bucket()


@pytest.fixture
def put(object_server, bucket):
    def write(key, content=b"x"):
        object_server.client.put_object(Bucket=bucket, Key=key, Body=content)

    return write


def content_of(file, *, offset=0, length=None):
    length = file.size - offset if length is None else length
    with closing(file.read(offset=offset, length=length, on_bytes=lambda _: None)) as stream:
        return b"".join(iter(lambda: stream.read(1 << 20), b""))


def signed(object_server, bucket, key):
    target = {"Bucket": bucket, "Key": key}
    return object_server.client.generate_presigned_url("get_object", Params=target)


def test_files_below_a_prefix_have_their_names_below_it(bucket, put):
    for key in ("run/ckpt/a.json", "run/ckpt/sub/b.json", "run/ckpt/", "run/ckpt/.hidden/c", "run/ckpt2/d.json"):
        put(key)
    assert [name for name, _ in bucket_files(f"s3://{bucket}/run/ckpt/")] == ["a.json", "sub/b.json"]


def test_a_single_object_and_a_whole_bucket(bucket, put):
    put("run/model.safetensors")
    assert [name for name, _ in bucket_files(f"s3://{bucket}/run/model.safetensors")] == ["model.safetensors"]
    assert [name for name, _ in bucket_files(f"s3://{bucket}")] == ["run/model.safetensors"]


def test_an_object_is_hashed_on_the_way_and_read_in_spans(bucket, put):
    put("log.txt", CONTENT)
    ((_, file),) = bucket_files(f"s3://{bucket}/log.txt")
    counted = []
    with closing(file.read(offset=0, length=file.size, on_bytes=counted.append)) as stream:
        digests = digest_stream(stream.read, part_size=1 << 20)
    assert (digests.sha256, sum(counted)) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert content_of(file, offset=1000, length=77) == CONTENT[1000:1077]


def test_an_empty_object_needs_no_request(bucket, put):
    put("empty.txt", b"")
    ((_, file),) = bucket_files(f"s3://{bucket}/empty.txt")
    assert content_of(file) == b""


def test_an_object_replaced_meanwhile_is_told(bucket, put):
    put("log.txt", CONTENT)
    ((_, file),) = bucket_files(f"s3://{bucket}/log.txt")
    put("log.txt", CONTENT[::-1])
    with pytest.raises(ClientError, match="changed in the bucket"):
        content_of(file)


def test_a_list_of_signed_addresses(object_server, bucket, put, tmp_path):
    put("run/7/model.safetensors", CONTENT)
    put("run/7/config.json", b"{}")
    weights, config = (signed(object_server, bucket, f"run/7/{name}") for name in ("model.safetensors", "config.json"))
    listing = tmp_path / "addresses.txt"
    listing.write_text(f"# checkpoint\n\n{weights}\ninference/config.json\t{config}\n", encoding="utf-8")
    found = dict(list_files(listing))
    assert sorted(found) == ["inference/config.json", "model.safetensors"]
    assert content_of(found["model.safetensors"]) == CONTENT
    assert found["model.safetensors"].settled()


def test_no_signature_in_what_people_see(object_server, bucket, put, tmp_path):
    put("a.json")
    listing = tmp_path / "addresses.txt"
    listing.write_text(signed(object_server, bucket, "a.json"), encoding="utf-8")
    ((_, file),) = list_files(listing)
    assert "Signature" in file.address()
    assert "Signature" not in file.shown + str(file.stamp())


def test_what_cannot_be_read_says_where(object_server, bucket, tmp_path):
    listing = tmp_path / "addresses.txt"
    listing.write_text(signed(object_server, bucket, "nothing.json"), encoding="utf-8")
    with pytest.raises(ClientError, match=r"nothing\.json: The bucket answered with status 404"):
        list(list_files(listing))
    with pytest.raises(ClientError, match="cannot be listed"):
        list(bucket_files("s3://no-such-bucket/x"))


@pytest.mark.parametrize("address", ["http://example.org/a.json", "ftp://example.org/a", "a.json"])
def test_addresses_travel_encrypted(address, tmp_path):
    listing = tmp_path / "addresses.txt"
    listing.write_text(f"{address}\n", encoding="utf-8")
    with pytest.raises(ClientError, match=r"addresses\.txt:1: The address must start with https"):
        list(list_files(listing))


class TearingHandler(BaseHTTPRequestHandler):
    """Gives at most a million bytes of each answer, then hangs up."""

    def do_GET(self):
        first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(CONTENT)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        self.server.starts.append(first)
        self.wfile.write(CONTENT[first : min(last + 1, first + 1_000_000)])
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def tearing_server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), TearingHandler)
    server.starts = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_torn_connection_goes_on_where_it_stopped(tearing_server, monkeypatch):
    monkeypatch.setattr(remote, "FIRST_DELAY", 0.01)
    file = remote.probe("https://example.org/log.txt", f"http://127.0.0.1:{tearing_server.server_port}/log.txt")
    assert content_of(file) == CONTENT
    assert tearing_server.starts == [0, 0, 1_000_000, 2_000_000, 3_000_000]


def test_a_bucket_is_pushed_without_a_copy(portal, bucket, put, monkeypatch, capsys):
    """Twice: the second time nothing is read, because the bucket says that nothing has changed."""
    weights = save({"w": np.arange(500_000, dtype=np.float32)})
    put("run/model.safetensors", weights)
    put("run/config.json", b'{"model_type": "llama"}')
    monkeypatch.setenv("PORTAL_URL", portal.url)
    monkeypatch.setenv("PORTAL_TOKEN", portal.token)
    push = ["push", f"s3://{bucket}/run", "--json"]
    assert main(push) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(push) == 0
    second = json.loads(capsys.readouterr().out)
    assert (first["sent_bytes"], second["sent_bytes"]) == (len(weights) + 23, 0)
    assert second["bundle"] == first["bundle"]
