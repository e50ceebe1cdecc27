"""The checker: it stays outside, sends calls in, and judges what comes out.

A program passes when every call gives the right value. So ending early, printing words, patching the language, looking
for tests or comparing equal to everything gains nothing: the expected values are never where the program is.
"""

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, NamedTuple, Protocol

from evaluation.core.codescore.peer import Bounds, Ended, Peer
from evaluation.core.codescore.values import same

MOST_CALLS = 1000  # of one program, also those that tests in code make
LONGEST_DETAIL = 400

Reason = Literal[
    "passed", "wrong", "raised", "not_loaded", "no_function", "time", "memory", "output", "folder", "ended", "no_answer"
]


class Policy(Protocol):
    """The bounds as a suite's code policy names them."""

    @property
    def seconds(self) -> int: ...
    @property
    def memory_mb(self) -> int: ...
    @property
    def output_kb(self) -> int: ...


class CodeSample(NamedTuple):
    """One program and how it is tried.

    `tests`: {"args": […], "expected": value} or {"args": […], "raises": "ValueError"}, values as in `values.encoded`, with
    "kwargs" where wanted. `check`: tests as code instead, which define `check(candidate)` or call the entry's name.
    """

    id: str
    program: str
    entry: str
    tests: Sequence[Mapping[str, Any]] = ()
    check: str = ""


class SampleScore(NamedTuple):
    """`detail` may quote inputs and what the program said: it is for those who may see the tests. `calls` were answered."""

    id: str
    passed: bool
    reason: Reason
    detail: str
    calls: int
    seconds: float


def score_code(samples: Sequence[CodeSample], *, policy: Policy | None = None, at_once: int = 2) -> list[SampleScore]:
    """Score every program in walls of its own. Raises NoSandboxError where there are none, ValueError on a sample without tests."""
    bounds = Bounds(policy.seconds, policy.memory_mb, policy.output_kb) if policy else Bounds()
    for sample in samples:
        if not sample.tests and not sample.check:
            raise ValueError(f"Sample {sample.id} has no tests: it would pass whatever it does.")
    with ThreadPoolExecutor(max(1, at_once)) as pool:
        return list(pool.map(lambda sample: score(sample, bounds), samples))


def score(sample: CodeSample, bounds: Bounds) -> SampleScore:
    begun, answered = time.monotonic(), [0]
    reason: Any = "passed"
    detail = ""
    try:
        calls = len(sample.tests) or MOST_CALLS
        with Peer("driver.py", sample.program, entry=sample.entry, bounds=bounds, calls=calls) as program:
            started(program)
            if sample.tests:
                try_calls(program, sample.tests, answered)
            if sample.check:
                try_code(program, sample, bounds, answered)
    except Ended as ended:
        reason, detail = ended.why, ended.detail[:LONGEST_DETAIL]
    return SampleScore(sample.id, reason == "passed", reason, detail, answered[0], time.monotonic() - begun)


def started(program: Peer) -> None:
    said = program.hear()
    for why in ("not_loaded", "no_function"):
        if why in said:
            raise Ended(why, str(said[why]))
    if said != {"ready": True}:
        raise Ended("no_answer", "something else than an answer was written in its place")


def try_calls(program: Peer, tests: Sequence[Mapping[str, Any]], answered: list[int]) -> None:
    """One call after the other; the next is sent when the one before is judged."""
    for test in tests:
        answer = asked(program, {"args": test["args"], "kwargs": test.get("kwargs", {})})
        answered[0] += 1
        shown = f"for {test['args']!r}"[: LONGEST_DETAIL // 2]
        if "raises" in test:
            if answer.get("error") != test["raises"]:
                raise Ended("wrong", f"{shown} it did not raise {test['raises']}")
        elif "value" not in answer:
            raise Ended("raised", f"{shown} it raised {answer.get('message')}")
        elif not same(test["expected"], answer["value"]):
            raise Ended("wrong", f"{shown} it returned {answer['value']!r}")


def try_code(program: Peer, sample: CodeSample, bounds: Bounds, answered: list[int]) -> None:
    """Tests that come as code run behind walls of their own; every call of theirs passes through here as text."""
    with Peer("referee.py", sample.check, entry=sample.entry, bounds=bounds, calls=MOST_CALLS) as referee:
        referee.hear()
        referee.say({"begin": True})
        while True:
            said = heard(referee)
            if said == {"passed": True}:
                return
            if "call" not in said:
                raise Ended("wrong", str(said.get("failed", "the tests ended without a verdict")))
            answered[0] += 1
            if answered[0] > MOST_CALLS:
                raise Ended("time", f"the tests make more than {MOST_CALLS} calls")
            referee.say(asked(program, said["call"]))


def heard(referee: Peer) -> dict[str, Any]:
    """Tests that break off are a failure of the sample: they stand on what it returned."""
    try:
        return referee.hear()
    except Ended as ended:
        raise Ended("wrong", f"the tests came to no end: {ended.detail}") from ended


def asked(program: Peer, call: Mapping[str, Any]) -> dict[str, Any]:
    program.say(call)
    answer = program.hear()
    if not ({"value"} == answer.keys() or "error" in answer):
        raise Ended("no_answer", "something else than an answer was written in its place")
    return answer


def pass_at_k(n: int, c: int, k: int) -> float:
    """The chance that at least one of `k` programs drawn from `n`, of which `c` pass, passes; the unbiased estimate.

    Chen et al., Evaluating Large Language Models Trained on Code, 2021, equation 1.

    >>> pass_at_k(5, 2, 1), pass_at_k(3, 0, 2), pass_at_k(3, 2, 2)
    (0.4, 0.0, 1.0)
    """
    if not 0 <= c <= n or not 1 <= k <= n:
        raise ValueError(f"pass@{k} of {n} programs of which {c} pass does not exist.")
    return 1.0 - math.prod((n - c - i) / (n - i) for i in range(k)) if n - c >= k else 1.0
