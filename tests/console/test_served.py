"""What passes from a served model, and what does not: text alone, within time, size and address."""

import time

import pytest

from portal.console import served as line
from portal.console.addresses import target_of
from portal.console.enums import Failure
from portal.console.errors import AddressNotAllowed, NoAnswer
from portal.console.secrets import seal, unseal
from portal.console.served import Message, Service, ask
from tests.factories.served import Says, says, served

MESSAGES = [Message("user", "1+1?")]


def failure_of(address, *, seconds=5.0):
    with pytest.raises(NoAnswer) as refused:
        ask(Service(address, "m"), messages=MESSAGES, seconds=seconds)
    assert str(refused.value) == refused.value.failure  # and nothing of the other side
    return refused.value.failure


def test_the_text_alone_comes_back():
    model = says("둘입니다.", headers={"Server": "maker", "X-Model": "maker-7b", "Set-Cookie": "maker=1"})
    with served(model) as address:
        reply = ask(Service(address, "maker/m", key="secret"), messages=MESSAGES, seconds=5)

    assert reply.text == "둘입니다."
    assert model.requests == [{"model": "maker/m", "messages": [{"role": "user", "content": "1+1?"}], "stream": False}]
    assert model.seen_headers[0]["Authorization"] == "Bearer secret"
    assert not {"cookie", "user-agent", "x-forwarded-for"} & {name.lower() for name in model.seen_headers[0]}


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_ways_to_write_the_same_address(base):
    assert target_of(f"http://127.0.0.1:8000{base}").path == "/v1/chat/completions"


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (Says(lambda number, messages: None), Failure.STATUS),
        (says("x", status=302, headers={"Location": "http://127.0.0.1:1/"}), Failure.REDIRECT),
        (says("x", body=b"<h1>maker</h1>"), Failure.MALFORMED),
        (says("x", body=b'{"choices": []}'), Failure.MALFORMED),
        (says("x", body=b'{"choices": [{"message": {"content": 7}}]}'), Failure.MALFORMED),
        (says("x", body=b"[" * 100_000), Failure.MALFORMED),
        (says("x", body=b" " * 1_100_000), Failure.TOO_LARGE),
        (says(" \n "), Failure.EMPTY),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, Failure) else "",
)
def test_a_model_that_fails(behaviour, failure):
    with served(behaviour) as address:
        assert failure_of(address) == failure


@pytest.mark.parametrize("behaviour", [says("late", delay=3), says("x", drip=True)], ids=["silent", "dripping"])
def test_one_deadline_holds_for_the_whole_exchange(behaviour):
    with served(behaviour) as address:
        started = time.monotonic()
        assert failure_of(address, seconds=0.6) == Failure.TIMEOUT
        assert time.monotonic() - started < 2


def test_nobody_listens():
    assert failure_of("http://127.0.0.1:9") == Failure.UNREACHABLE


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with served(says("둘")) as address:
        assert ask(Service(address, "m"), messages=MESSAGES, seconds=5).text == "둘"


def test_more_questions_than_places_are_sent_back(settings):
    taken = 0
    while line._places.acquire(blocking=False):
        taken += 1
    try:
        assert taken == settings.CONSOLE_PARALLEL
        assert failure_of("http://127.0.0.1:9") == Failure.BUSY
    finally:
        line._places.release(taken)


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.1:8000",
        "https://models.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://user:secret@127.0.0.1",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1/#x",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://2130706433",
        "http://0.0.0.0:80",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "//127.0.0.1",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nHost: x",
        "http://",
        "가람",
        "",
    ],
)
def test_an_address_outside_of_the_installation_is_refused(address):
    with pytest.raises(AddressNotAllowed):
        target_of(address)
    assert failure_of(address) == Failure.ADDRESS


def test_listed_origins_alone_in_production(settings):
    settings.CONSOLE_LOOPBACK_ENDPOINTS = False
    settings.CONSOLE_ENDPOINT_ORIGINS = ["https://models.example.org:8443", "http://10.0.0.1:8000"]

    assert target_of("https://models.example.org:8443/v1")[:3] == ("https", "models.example.org", 8443)
    assert target_of("http://10.0.0.1:8000/team-a")[3] == "/team-a/v1/chat/completions"
    for refused in ("https://models.example.org", "http://models.example.org:8443", "http://127.0.0.1:8000"):
        with pytest.raises(AddressNotAllowed):
            target_of(refused)


def test_a_key_is_kept_encrypted_and_lost_with_the_secret(settings):
    sealed = seal("sk-1")

    assert "sk-1" not in sealed
    assert unseal(sealed) == "sk-1"
    assert (seal(""), unseal("")) == ("", "")
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(NoAnswer) as refused:
        unseal(sealed)
    assert refused.value.failure == Failure.KEY
