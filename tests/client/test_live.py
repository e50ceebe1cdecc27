"""Real server, real client, real kills."""

import hashlib
import json
import os
import pickle
import resource
import signal
import socket
import time
import unicodedata
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import urllib3
from safetensors.numpy import save_file

from portal.artifacts.models import Bundle, Upload, UploadPart
from portal.artifacts.stores import Incoming, current_store
from portal.common.formats.hashing import digest_parts, sha256_of
from portal.common.formats.manifest import MIB, FileEntry, Manifest
from tests.client.live import live_portal, make_token
from tests.factories.artifacts import manifest_of, write_folder

PART = 8 * MIB
PARTS = 6


def write_checkpoint(folder, *, seed=0):
    """Six parts of 8 MiB, the last of them short."""
    folder.mkdir(parents=True, exist_ok=True)
    count = (PARTS * PART - PART // 2) // 4
    save_file({"w": np.random.default_rng(seed).standard_normal(count, dtype=np.float32)}, folder / "model.safetensors")
    return folder


@contextmanager
def held_back(upload, number):
    """Keep one part from being stored, as another sender would, so that no client can finish."""
    with current_store().part(Incoming.of(upload, 0), number):
        yield


def wait_for_parts(upload, count):
    deadline = time.monotonic() + 120
    while upload.parts.count() < count:
        assert time.monotonic() < deadline, f"{upload.parts.count()} of {count} parts arrived"
        time.sleep(0.005)


def test_a_killed_client_sends_only_what_is_missing(portal, tmp_path):
    folder = write_checkpoint(tmp_path / "model")
    total = (folder / "model.safetensors").stat().st_size
    declared = portal.run("declare", folder, "--part-size", "8")
    upload = Upload.objects.get(pk=declared["id"])

    with held_back(upload, 0):
        first = portal.start("push", folder, "--part-size", "8", "--jobs", "2")
        wait_for_parts(upload, PARTS // 2)
        first.kill()
        first.communicate()
    time.sleep(0.2)  # a part that the server has read whole may still become acknowledged
    held = portal.run("status", upload.pk)["held"]
    second = portal.run("push", folder, "--part-size", "8")

    assert 0 < held < total
    assert second["skipped_bytes"] >= held
    assert second["sent_bytes"] + second["skipped_bytes"] == total
    assert second["sent_bytes"] <= total - PARTS // 2 * (PART // 2)
    [entry] = Bundle.objects.get(owner=portal.owner).entries()
    with current_store().open(portal.owner, entry.sha256) as stored:
        assert hashlib.file_digest(stored, "sha256").hexdigest() == sha256_of(folder / "model.safetensors")


def test_a_killed_server_keeps_what_it_acknowledged(portal, tmp_path):
    folder = write_checkpoint(tmp_path / "model")
    declared = portal.run("declare", folder, "--part-size", "8")
    upload = Upload.objects.get(pk=declared["id"])
    with live_portal(portal.settings) as doomed, held_back(upload, 0):
        client = portal._replace(url=doomed.url).start("push", folder, "--part-size", "8", "--retries", "1")
        wait_for_parts(upload, PARTS // 2)
        kill_group(doomed.server.pid)
        client.communicate()
    assert client.returncode == 3
    acknowledged = set(upload.parts.values_list("number", flat=True))

    missing = portal.run("status", upload.pk)["missing"]
    assert set(missing["model.safetensors"]) == set(range(PARTS)) - acknowledged
    assert portal.run("push", folder, "--part-size", "8")["sent_parts"] == PARTS - len(acknowledged)


def kill_group(parent):
    for pid in [*children_of(parent), parent]:
        os.kill(int(pid), signal.SIGKILL)


def children_of(parent):
    return Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()


def test_the_same_checkpoint_again_sends_nothing(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    first = portal.run("push", folder)
    second = portal.run("push", folder)

    assert (first["skipped_bytes"], second["sent_bytes"]) == (0, 0)
    assert first["bundle"] == second["bundle"] == manifest_of(folder).digest


def test_one_changed_file_sends_that_file_only(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    portal.run("push", folder)
    (folder / "config.json").write_text('{"model_type": "llama", "hidden_size": 16}', encoding="utf-8")

    assert portal.run("push", folder)["sent_bytes"] == (folder / "config.json").stat().st_size


def test_two_clients_push_one_upload(portal, tmp_path):
    folder = write_checkpoint(tmp_path / "model")
    total = (folder / "model.safetensors").stat().st_size

    clients = [portal.start("push", folder, "--part-size", "8") for _ in range(2)]
    results = [client.communicate() for client in clients]

    assert [client.returncode for client in clients] == [0, 0], results
    assert sum(json.loads(out)["sent_bytes"] for out, _ in results) == total
    assert Bundle.objects.filter(owner=portal.owner).count() == 1


def test_an_upload_goes_on_with_the_part_size_it_began_with(portal, tmp_path):
    folder = write_checkpoint(tmp_path / "model")
    portal.run("declare", folder, "--part-size", "8")

    assert "Go on with part size 8388608" in portal.fail("push", folder, "--part-size", "16")
    assert portal.run("push", folder)["sent_parts"] == PARTS


def test_parts_that_are_too_small_are_refused(portal, tmp_path):
    message = portal.fail("push", write_folder(tmp_path / "model"), "--part-size", "0.001")

    assert "$.part_size: parts of 1048 bytes are smaller than 8388608" in message


def test_empty_files_and_korean_names(portal, tmp_path):
    folder = tmp_path / "기록"
    folder.mkdir()
    (folder / unicodedata.normalize("NFD", "손실 곡선.csv")).write_text("step,loss\n", encoding="utf-8")
    (folder / "빈 파일.txt").touch()

    result = portal.run("push", folder)

    assert result["files"] == 2
    assert [entry.path for entry in Bundle.objects.get(owner=portal.owner).entries()] == [
        "빈 파일.txt",
        "손실 곡선.csv",
    ]
    assert portal.run("verify", folder, "--upload", result["upload"])["equal"] is True


def test_a_pickle_is_refused_before_it_is_read(portal, tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps([1]))

    message = portal.fail("push", tmp_path / "pytorch_model.bin")

    assert ".bin is not accepted" in message
    assert "save_file" in message
    assert not Upload.objects.filter(owner=portal.owner).exists()


def test_a_renamed_pickle_is_refused_by_the_client(portal, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(pickle.dumps({"w": [1.0] * 100}))

    assert "the content is a pickle" in portal.fail("push", tmp_path / "model.safetensors")


def test_a_torn_shard_is_refused_by_the_portal_and_shown(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])

    message = portal.fail("push", folder)

    assert "model.safetensors: The file is not accepted" in message
    assert "it is torn" in message
    upload = Upload.objects.get(owner=portal.owner)
    assert upload.state == "refused"
    assert "torn" in portal.run("status", upload.pk)["refusal"]["detail"]


def test_a_file_that_changes_under_way_is_noticed(portal, tmp_path):
    """The declared digest no longer fits: refused part, nothing stored."""
    (tmp_path / "train.log").write_text("first\n", encoding="utf-8")
    declared = portal.run("declare", tmp_path / "train.log")

    response = raw_put(portal, declared["id"], b"other\n")

    assert (response.status, response.json()["error"]) == (422, "wrong_digest")
    assert not UploadPart.objects.filter(upload__owner=portal.owner).exists()


def raw_put(portal, upload, body, *, headers=None):
    headers = {"Authorization": f"Bearer {portal.token}", **(headers or {})}
    return urllib3.request("PUT", f"{portal.url}/api/uploads/{upload}/0/0/", body=body, headers=headers, retries=False)


def test_a_short_body_is_not_stored(portal, tmp_path):
    (tmp_path / "train.log").write_bytes(b"x" * 100_000)
    upload = portal.run("declare", tmp_path / "train.log")["id"]
    host, _, port = portal.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as raw:
        head = f"PUT /api/uploads/{upload}/0/0/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {portal.token}\r\n"
        raw.sendall(f"{head}Content-Length: 100000\r\n\r\n".encode() + b"x" * 60_000)
        raw.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()

    assert answer.startswith("HTTP/1.1 400")
    assert '"short_body"' in answer
    assert not UploadPart.objects.filter(upload__owner=portal.owner).exists()
    assert portal.run("push", tmp_path / "train.log")["sent_bytes"] == 100_000


def test_a_body_without_a_length_is_refused(portal, tmp_path):
    (tmp_path / "train.log").write_bytes(b"x" * 100)
    upload = portal.run("declare", tmp_path / "train.log")["id"]

    response = raw_put(portal, upload, iter([b"x" * 100]))

    assert (response.status, response.json()["error"]) == (411, "no_length")


def test_another_account_knows_nothing_of_a_digest(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    first = portal.run("push", folder)
    other = f"{portal.owner}0000"
    stranger = portal._replace(token=make_token(owner=other))

    assert stranger.run("push", folder)["sent_bytes"] == first["bytes"]
    assert "no such upload" in stranger.fail("status", first["upload"])
    assert Bundle.objects.get(owner=other).files.count() == 4


def test_an_unknown_token_is_told_what_to_do(portal, tmp_path):
    (tmp_path / "a.log").write_text("x", encoding="utf-8")
    stranger = portal._replace(token="pt_unknown")

    assert "Issue one on your team's page" in stranger.fail("push", tmp_path / "a.log")


def test_a_large_part_goes_through_in_little_memory(portal, tmp_path):
    """64 MiB in one part: the server holds a chunk of it, not the part."""
    folder = tmp_path / "model"
    folder.mkdir()
    save_file({"w": np.zeros(16 * MIB - 1024, np.float32)}, folder / "model.safetensors")
    before = peak_memory(portal.server.pid)

    assert portal.run("push", folder)["sent_parts"] == 1
    assert peak_memory(portal.server.pid) - before < 24 * MIB


def test_a_full_disk_is_said_and_the_push_goes_on_when_there_is_room(portal, tmp_path):
    """The kernel's limit on the size of a file stands for the end of the disk; it hits between two shards."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name, megabytes in (("a", 12), ("b", 40)):
        save_file({"w": np.full(megabytes * MIB // 4, megabytes, np.float32)}, folder / f"{name}.safetensors")
    with room_for_files_of(32 * MIB, portal.server.pid):
        message = portal.fail("push", folder, "--part-size", "8", "--jobs", "1")
    assert "The store is full" in message
    assert "Nothing stored is lost" in message

    upload = Upload.objects.get(owner=portal.owner)
    held = portal.run("status", upload.pk)["held"]
    second = portal.run("push", folder, "--part-size", "8")

    assert second["skipped_bytes"] == held
    assert second["sent_bytes"] + held == upload.plan.total_size


@contextmanager
def room_for_files_of(size, parent):
    """No process below this one may let a file grow beyond so many bytes."""
    pids = [int(pid) for pid in children_of(parent)]
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY)) for pid in pids]
    yield
    for pid, limits in zip(pids, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def peak_memory(parent):
    """Highest resident bytes of the server's workers so far."""
    lines = [
        line for pid in children_of(parent) for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    ]
    return max(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_many_files(portal, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    for n in range(60):
        (folder / f"{n:03}.log").write_text(f"line {n}\n", encoding="utf-8")

    result = portal.run("push", folder, "--jobs", "8")

    assert (result["sent_parts"], result["files"]) == (60, 60)


def test_a_manifest_of_the_server_is_the_manifest_of_the_client(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    result = portal.run("push", folder)
    entries = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found = digest_parts(path, part_size=PART)
            entries.append(FileEntry(path.relative_to(folder).as_posix(), found.size, found.sha256))

    assert Bundle.objects.get(owner=portal.owner).manifest == Manifest(PART, tuple(entries)).content()
    assert result["bundle"] == Bundle.objects.get(owner=portal.owner).digest


@pytest.mark.parametrize("command", [["status"], ["push", "--dry-run", "."]])
def test_commands_that_change_nothing(portal, command, tmp_path):
    (portal.home / "a.log").write_text("x", encoding="utf-8")

    portal.run(*command)
    assert not Upload.objects.filter(owner=portal.owner).exists()
