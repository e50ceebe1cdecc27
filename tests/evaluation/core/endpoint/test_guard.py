"""Every way a served model can misbehave is stopped at the guard and gets its own name."""

import itertools
import os
import socket

import pytest

from evaluation.core.endpoint import guard as guard_module
from evaluation.core.endpoint.client import through_guard
from evaluation.core.endpoint.faults import ServedError
from evaluation.core.endpoint.guard import SOCKET, GuardServer
from tests.factories.endpoints import hostile

SCORED = {"model": "honest", "prompt": [[5, 6, 7, 8]], "max_tokens": 1, "echo": True, "logprobs": 1}
WRITTEN = {"model": "honest", "prompt": [[5, 6, 7, 8]], "max_tokens": 8, "stop": ["\n"]}
HOSTILE = {
    "status_500": "status",
    "html": "not_json",
    "redirect": "redirect",
    "hangs": "silent",
    "drips": "silent",
    "drips_headers": "silent",
    "endless": "too_large",
    "cut_off": "not_http",
    "cut_json": "not_json",
    "nested": "not_json",
    "not_http": "not_http",
    "closes": "not_http",
    "no_choices": "shape",
    "two_choices": "shape",
    "text_missing": "shape",
    "usage_text": "shape",
    "no_logprobs": "logprobs",
    "one_logprob_less": "logprobs",
    "one_logprob_more": "logprobs",
    "logprob_above_zero": "logprobs",
    "logprob_missing": "logprobs",
    "logprob_text": "logprobs",
    "top_below_own": "logprobs",
    "nan": "logprobs",
    "minus_infinity": "logprobs",
    "overflow": "logprobs",
    "huge_whole": "logprobs",
    "prompt_tokens_lie": "tokens",
    "completion_tokens_lie": "tokens",
}
_ports = itertools.count(20_000 + os.getpid() % 20_000)


def free_port():
    for port in _ports:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no free port")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(guard_module, "WAIT", 0.01)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with hostile(tmp_path_factory.mktemp("hostile"), port=free_port()) as found:
        yield found


def test_an_honest_server_is_asked_one_prompt_at_a_time_and_counted(server, tmp_path):
    guard = server.guard(concurrency=3)
    with GuardServer(guard, tmp_path):
        batch = SCORED | {"prompt": [[1, 2], [3, 4, 5], [6]]}
        answer = through_guard(batch, folder=tmp_path, name=SOCKET, seconds=60)
        written = through_guard(WRITTEN, folder=tmp_path, name=SOCKET, seconds=60)
    assert [len(choice["logprobs"]["token_logprobs"]) for choice in answer["choices"]] == [3, 4, 2]
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
    assert (written["choices"][0]["text"], written["usage"]["completion_tokens"]) == ("seven", 1)
    assert (guard.tally.requests, guard.tally.tokens_in, guard.tally.retries) == (4, 10, 0)


@pytest.mark.parametrize(("behaviour", "fault"), HOSTILE.items())
def test_a_hostile_server_ends_the_run_with_a_named_fault(server, behaviour, fault):
    guard = server.guard(seconds=0.3 if fault == "silent" else 60)
    with pytest.raises(ServedError) as raised:
        guard.answer(SCORED | {"model": behaviour})
    assert raised.value.fault == fault, str(raised.value)
    with pytest.raises(ServedError):  # nothing more is asked
        guard.answer(SCORED)
    assert guard.tally.requests == 0
    assert 1 <= guard.tally.faults[fault] <= 3
    assert "memory" not in str(raised.value)  # no word of the server: it has read the questions


def test_a_fault_reaches_the_harness_under_its_name(server, tmp_path):
    with GuardServer(server.guard(), tmp_path), pytest.raises(ServedError) as raised:
        through_guard(SCORED | {"model": "nan"}, folder=tmp_path, name=SOCKET, seconds=60)
    assert (raised.value.fault, raised.value.where) == ("logprobs", "answer")


def test_a_server_that_ends_is_told_apart_from_one_that_is_slow(tmp_path):
    with hostile(tmp_path, port=free_port()) as server:
        guard = server.guard(seconds=60)
        with pytest.raises(ServedError) as raised:
            guard.answer(SCORED | {"model": "ends"})
    assert raised.value.fault == "ended"
    assert guard.fault is raised.value


def test_text_longer_than_the_tokens_asked_for_is_a_lie(server):
    with pytest.raises(ServedError) as raised:
        server.guard().answer(WRITTEN | {"model": "long_text"})
    assert raised.value.fault == "tokens"


def test_one_failure_is_asked_again_and_told(server):
    guard = server.guard()
    guard.answer(SCORED | {"model": "once_down"})
    assert (guard.tally.requests, guard.tally.retries, dict(guard.tally.faults)) == (1, 1, {"status": 1})


def test_half_a_pair_of_surrogates_does_not_reach_a_file(server):
    answer = server.guard().answer(WRITTEN | {"model": "half_pair"})
    assert answer["choices"][0]["text"] == "a\ufffdb"
