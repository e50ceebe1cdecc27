"""Real client, real server, and its object storage: parts that do not pass through the portal."""

import json
import time

import numpy as np
import pytest
from safetensors.numpy import save_file

from portal.artifacts.models import Upload, UploadPart
from portal.client import direct
from portal.client.main import main
from portal.client.transport import Portal
from portal.common.formats.manifest import MIB
from tests.client.live import live_portal
from tests.fresh_database import copied_database

PART = 8 * MIB


@pytest.fixture(scope="module")
def running(template_database, django_db_blocker, tmp_path_factory, object_server):
    """A portal whose store is a bucket."""
    place = object_server.settings(object_server.new_bucket())
    names = {f"OBJECT_STORE_{name.upper()}": value for name, value in place.items()}
    folder = tmp_path_factory.mktemp("live")
    with (
        django_db_blocker.unblock(),
        copied_database(folder / "var") as database,
        live_portal({**database.environment, **names}) as portal,
    ):
        yield portal


@pytest.fixture
def push(portal, monkeypatch, capsys):
    monkeypatch.setenv("PORTAL_URL", portal.url)
    monkeypatch.setenv("PORTAL_TOKEN", portal.token)

    def run(*arguments):
        assert main(["push", *map(str, arguments), "--part-size", "8", "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def checkpoint(tmp_path):
    """Two parts, the last of them short."""
    (tmp_path / "model").mkdir()
    weights = np.random.default_rng(0).standard_normal((PART + MIB) // 4, dtype=np.float32)
    save_file({"w": weights}, tmp_path / "model" / "model.safetensors")
    return tmp_path / "model"


def no_way_through(*_, **__):
    raise AssertionError("a part was sent through the portal")


def test_parts_go_straight_to_the_storage_and_the_token_does_not(push, checkpoint, monkeypatch):
    headers, try_once = [], direct.DirectSender._try

    def watched(self, offer, moved):
        headers.extend(offer.headers)
        return try_once(self, offer, moved)

    monkeypatch.setattr(direct.DirectSender, "_try", watched)
    monkeypatch.setattr(Portal, "put_span", no_way_through)
    done = push(checkpoint)
    assert (done["sent_parts"], done["sent_bytes"]) == (2, (checkpoint / "model.safetensors").stat().st_size)
    assert set(headers) == {"x-amz-checksum-sha256", "x-amz-sdk-checksum-algorithm"}
    assert push(checkpoint)["sent_bytes"] == 0


def test_addresses_that_are_not_safe_are_not_used(push, checkpoint, monkeypatch):
    monkeypatch.setattr(direct, "is_safe", lambda _: False)
    assert push(checkpoint)["sent_parts"] == 2


def test_a_storage_out_of_reach_leaves_the_way_through_the_portal(push, checkpoint, monkeypatch):
    monkeypatch.setattr(direct, "ATTEMPTS", 1)
    monkeypatch.setattr(direct.DirectSender, "_try", lambda *_: None)
    assert push(checkpoint)["sent_parts"] == 2


def test_a_killed_client_sends_only_what_was_not_acknowledged(portal, checkpoint):
    """Acknowledged is what the portal has asked its storage for, not what lies there."""
    arguments = (checkpoint, "--part-size", "8")
    declared = portal.run("declare", *arguments)
    first = portal.start("push", *arguments, "--jobs", "1")
    wait_for_a_request(declared["id"])
    first.kill()
    first.communicate()
    held = portal.run("status", declared["id"])["held"]
    second = portal.run("push", *arguments)
    assert (second["sent_bytes"], second["skipped_bytes"]) == (declared["bytes"] - held, held)


def wait_for_a_request(upload):
    deadline = time.monotonic() + 5
    while not UploadPart.objects.filter(upload=upload).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert Upload.objects.filter(pk=upload).exists()


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://objects.example.org/x?X-Amz-Signature=1", True),
        ("http://127.0.0.1:9000/x", True),
        ("http://objects.example.org/x", False),
        ("ftp://objects.example.org/x", False),
    ],
)
def test_weights_travel_encrypted(url, safe):
    assert direct.is_safe(url) is safe
