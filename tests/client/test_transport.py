"""Against a small server that misbehaves on request."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from portal.client import push, transport
from portal.client.credentials import Credentials
from portal.client.device import fetch_token
from portal.client.errors import TEMPORARY, ClientError
from portal.client.push import Sender
from portal.client.sources import LocalFile
from portal.client.transport import Portal
from tests.factories.artifacts import manifest_of


class Scripted(BaseHTTPRequestHandler):
    """Answers with the server's list of (status, body), one per request; the last is repeated."""

    def do_GET(self):
        self.server.seen.append((self.path, self.headers["Authorization"]))
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        status, body = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if status is None:
            self.close_connection = True
            return
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_POST = do_PUT = do_GET  # noqa: N815 - the library's names

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(transport, "FIRST_DELAY", 0.0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.seen, server.answers = [], []
    server.handle_error = lambda *arguments: None  # a client that breaks off is part of the test
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def portal(server):
    return Portal(Credentials(f"http://127.0.0.1:{server.server_port}", "pt_secret"), attempts=3)


@pytest.mark.parametrize("trouble", [(503, b"busy"), (500, {}), (429, {}), (None, None)])
def test_passing_trouble_is_tried_again(server, portal, trouble):
    server.answers = [trouble, trouble, (200, {"fine": True})]

    assert portal.get("/x") == {"fine": True}
    assert server.seen == [("/x", "Bearer pt_secret")] * 3


def test_lasting_trouble_says_that_everything_is_kept(server, portal):
    server.answers = [(503, b"busy")]

    with pytest.raises(ClientError, match="No answer after 3 attempts") as caught:
        portal.get("/x")

    assert caught.value.status == TEMPORARY
    assert "kept" in caught.value.hint


def test_a_refusal_is_not_tried_again_and_keeps_the_portals_words(server, portal):
    server.answers = [
        (413, {"error": "over_quota", "detail": "Too much.", "where": "a.log", "hint": "Ask.", "limit": 5})
    ]

    with pytest.raises(ClientError, match=r"a\.log: Too much\.") as caught:
        portal.post("/x", {})

    assert (caught.value.code, caught.value.hint, caught.value.body["limit"]) == ("over_quota", "Ask.", 5)
    assert len(server.seen) == 1


def test_another_server_is_recognised(server, portal):
    server.answers = [(200, b"<html>")]

    with pytest.raises(ClientError, match="not from a portal"):
        portal.get("/x")


def test_each_attempt_sends_the_whole_part(server, portal, tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    read = []
    server.answers = [(503, {}), (200, {"stored": True})]

    portal.put_span("/x", LocalFile(tmp_path / "file"), offset=2, length=5, on_bytes=read.append)

    assert (sum(read), min(read)) == (5, -5)  # the bar goes back by what was lost


def test_a_file_that_became_shorter_is_named(server, portal, tmp_path):
    (tmp_path / "file").write_bytes(b"0123")
    server.answers = [(200, {})]

    with pytest.raises(ClientError, match="became shorter"):
        portal.put_span("/x", LocalFile(tmp_path / "file"), offset=2, length=5, on_bytes=lambda count: None)


def sent(portal, tmp_path, *, on_checked):
    (tmp_path / "train.log").write_text("step 0\n", encoding="utf-8")
    sender = Sender(portal, manifest_of(tmp_path), {}, "1", 1, lambda _count: None, on_checked=on_checked, direct=False)
    return sender.push({})


def test_a_long_check_is_followed_to_its_end(server, portal, tmp_path, monkeypatch):
    monkeypatch.setattr(push, "POLL", 0.0)
    checking = [{"state": "checking", "checked_bytes": count} for count in (0, 5)]
    server.answers = [(202, checking[0]), (200, checking[1]), (200, {"state": "complete", "bundle": "b"})]
    seen = []

    assert sent(portal, tmp_path, on_checked=seen.append).bundle == "b"
    assert seen == [0, 5]
    assert [path for path, _token in server.seen] == ["/api/uploads/1/complete/", *["/api/uploads/1/"] * 2]


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ({"state": "refused", "refusal": {"error": "file_refused", "detail": "Torn.", "where": "a", "hint": "Again."}}, "a: Torn."),
        ({"state": "cancelled", "id": "1", "refusal": None}, "This upload is cancelled"),
    ],
)  # fmt: skip
def test_a_check_that_ends_badly_is_told(server, portal, tmp_path, monkeypatch, ending, words):
    monkeypatch.setattr(push, "POLL", 0.0)
    server.answers = [(202, {"state": "checking"}), (200, ending)]

    with pytest.raises(ClientError, match=words) as caught:
        sent(portal, tmp_path, on_checked=lambda _count: None)
    assert caught.value.hint


def test_a_token_that_ended_says_how_to_go_on(server, portal):
    server.answers = [(401, {"error": "authentication_failed", "detail": "This token is revoked."})]

    with pytest.raises(ClientError) as caught:
        portal.get("/x")
    assert "portal-upload login" in caught.value.hint


def test_a_proxy_of_the_environment_is_used(server, monkeypatch):
    """The scripted server stands for the proxy: it sees the whole address."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("no_proxy", "localhost")
    server.answers = [(200, {"fine": True})]

    assert Portal(Credentials("http://portal.invalid", "pt_x"), attempts=1).get("/x") == {"fine": True}
    assert server.seen[0][0] == "http://portal.invalid/x"
    assert not isinstance(Portal(Credentials("http://localhost:1", "x")).pool, urllib3.ProxyManager)


@pytest.mark.parametrize(
    ("answers", "waits", "outcome"),
    [
        ([(400, {"error": "authorization_pending"}), (200, {"access_token": "pt_new"})], [5, 5], "pt_new"),
        ([(400, {"error": "slow_down", "interval": 10}), (200, {"access_token": "pt_new"})], [5, 10], "pt_new"),
        ([(400, {"error": "slow_down"}), (200, {"access_token": "pt_new"})], [5, 10], "pt_new"),
        ([(400, {"error": "access_denied"})], [5], "access_denied"),
        ([(400, {"error": "expired_token"})], [5], "expired_token"),
        ([(400, {"error": "authorization_pending"})], [5, 5, 5, 5], "expired_token"),
    ],
)
def test_the_program_keeps_to_the_portals_pace(server, answers, waits, outcome):
    started = {"device_code": "d", "user_code": "BCDF-GHJK", "verification_uri": "x", "interval": 5, "expires_in": 20}
    server.answers = [(200, started), *answers]
    waited = []
    url = f"http://127.0.0.1:{server.server_port}"

    try:
        told = fetch_token(url, announce=lambda _started: None, wait=waited.append)
    except ClientError as error:
        told = error.code
    assert (told, waited) == (outcome, waits)
    assert {token for _path, token in server.seen} == {None}
