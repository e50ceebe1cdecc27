import doctest
import json
import tempfile
from pathlib import Path

import pytest

from evaluation.core.codescore import Bounds, CodeSample, pass_at_k, score_code, values
from evaluation.core.codescore import scoring as scoring_module
from portal.common.sandbox import probe
from portal.common.sandbox.errors import NoSandboxError
from tests.sandbox.cheats import FALSE, TRUE
from tests.sandbox.walled import needs_walls

TIGHT = Bounds(seconds=1, memory_mb=64, output_kb=16)
CALLS = [{"args": [x], "expected": 2 * x} for x in (3, -5)]
CHECK = "def check(candidate):\n    assert candidate(3) == 6\n    assert candidate(-5) == -10, 'negative'\n"
REPOSITORY = Path(scoring_module.__file__).parents[2] / "suites" / "data" / "python-functions.jsonl"


@needs_walls
def test_no_cheat_passes_and_nothing_is_left_of_it():
    calls = {"gives itself more time": CALLS[:1]}
    samples = [CodeSample(name, program, "double", calls.get(name, CALLS)) for name, program in FALSE.items()]
    before = set(Path(tempfile.gettempdir()).glob("codescore-*"))

    scores = score_code(samples, policy=TIGHT)

    assert [score.id for score in scores if score.passed] == []
    assert len(scores) == len(FALSE) >= 10
    reasons = {score.id: score.reason for score in scores}
    assert reasons["ends well"] == reasons["ends well when called"] == "ended"
    assert reasons["exits when called"] == "raised"
    assert reasons["equals everything"] == reasons["right but once"] == "wrong"
    assert reasons["answers without end"] == "output"
    assert reasons["computes without end"] == reasons["gives itself more time"] == "time"
    assert reasons["takes memory"] in {"memory", "raised"}
    assert reasons["another name"] == reasons["nothing"] == "no_function"
    assert reasons["no program"] == reasons["null bytes"] == "not_loaded"
    assert set(Path(tempfile.gettempdir()).glob("codescore-*")) <= before


@needs_walls
def test_no_cheat_passes_tests_that_come_as_code():
    cheats = ("ends well when called", "equals everything", "patches unittest", "patches JSON", "looks at its caller")
    samples = [CodeSample(name, FALSE[name], "double", check=CHECK) for name in cheats]

    assert [score.id for score in score_code(samples, policy=TIGHT) if score.passed] == []


@needs_walls
def test_honest_solutions_pass():
    samples = [CodeSample(name, program, "double", CALLS) for name, program in TRUE.items()]
    samples += [
        CodeSample(f"{name}, tests as code", TRUE[name], "double", check=CHECK) for name in ("plain", "with a class")
    ]
    samples.append(
        CodeSample("bare asserts", TRUE["plain"], "double", check="assert double(2) == 4\nassert double('a') == 'aa'")
    )

    scores = score_code(samples)

    assert [(score.id, score.reason, score.detail) for score in scores if not score.passed] == []
    assert scores[0].calls == len(CALLS)


@needs_walls
def test_values_of_python_come_through_whole():
    program = (
        "import collections\n"
        "def give(kind):\n"
        "    return {'tuple': (1, [2]), 'set': {3, 1}, 'dict': {1: 'a', (2, 3): None}, 'nan': float('nan'), 'bytes': b'x',\n"
        "            'big': 7 ** 9000, 'counter': collections.Counter('aab'), 'tag': {'$set': [1]}}[kind]\n"
    )
    wanted = {"tuple": (1, [2]), "set": {1, 3}, "dict": {(2, 3): None, 1: "a"}, "nan": float("nan"), "bytes": b"x"}
    wanted |= {"big": 7**9000, "counter": {"a": 2, "b": 1}, "tag": {"$set": [1]}}
    tests = [{"args": [kind], "expected": values.encoded(value)} for kind, value in wanted.items()]
    tests.append({"args": ["absent"], "raises": "KeyError"})

    (score,) = score_code([CodeSample("all", program, "give", tests)])

    assert score.passed, score.detail


@needs_walls
def test_each_solution_of_the_repository_passes_and_its_question_alone_does_not():
    rows = [json.loads(line) for line in REPOSITORY.read_text(encoding="utf-8").splitlines()][::11]
    samples = [CodeSample(row["id"], row["solution"], row["entry"], row["tests"]) for row in rows]
    samples += [CodeSample(row["id"], row["question"], row["entry"], row["tests"]) for row in rows]

    passed = [score.passed for score in score_code(samples)]

    assert passed == [True] * len(rows) + [False] * len(rows)


def test_a_sample_without_tests_is_refused():
    with pytest.raises(ValueError, match="has no tests"):
        score_code([CodeSample("s", "x = 1", "x")])


def test_nothing_is_run_without_a_sandbox(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    probe.strength.cache_clear()
    try:
        with pytest.raises(NoSandboxError, match="bubblewrap"):
            score_code([CodeSample("s", f"open({str(tmp_path / 'ran')!r}, 'w')", "x", CALLS)])
    finally:
        probe.strength.cache_clear()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (True, 1),
        ([1], {"$tuple": [1]}),
        (0, None),
        ("1", 1),
        ({"$other": "X"}, {"$other": "X"}),
        ({"$set": [1]}, {"$set": [1, 2]}),
        (1.0, 1.001),
    ],
)
def test_forms_that_differ(wanted, found):
    assert not values.same(wanted, found)


@pytest.mark.parametrize(
    "form", [{"$set": [[1]]}, {"$float": "x"}, {"$other": "X"}, {"$dict": [1]}, {"$bytes": "zz"}, {"$int": None}]
)
def test_forms_that_are_no_values(form):
    with pytest.raises(values.NotPlain):
        values.decoded(form)


@pytest.mark.parametrize("module", [values, scoring_module])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


def test_pass_at_k_is_the_mean_over_all_draws():
    from itertools import combinations

    outcomes = [True, False, False, True, False]
    for k in range(1, 6):
        draws = [any(draw) for draw in combinations(outcomes, k)]
        assert pass_at_k(5, 2, k) == pytest.approx(sum(draws) / len(draws))
    with pytest.raises(ValueError, match="does not exist"):
        pass_at_k(3, 4, 1)
