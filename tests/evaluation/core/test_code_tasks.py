"""Programs out of answers, and what they are worth. The walls themselves are tested in tests/sandbox."""

import json

import pytest
import yaml

from evaluation.core.programs import program_of
from evaluation.core.scoring import score_code
from evaluation.core.sources import REPOSITORY, SUITES, items_of
from evaluation.core.suites import read_suite
from portal.common.sandbox.probe import available

SUITE = read_suite(SUITES / "small.yaml")
TASK = next(task for task in SUITE.tasks if task.form == "code")
HEAD = 'import math\n\ndef root(n):\n    """Return the square root."""\n'
walled = pytest.mark.skipif(not available(), reason="no sandbox can be set up on this machine")


@pytest.mark.parametrize(
    ("answer", "program"),
    [
        ("    return math.sqrt(n)\n", HEAD + "    return math.sqrt(n)\n\n"),
        ("    return math.sqrt(n)\n```\nThis works.", HEAD + "    return math.sqrt(n)\n"),
        (
            "Here:\n```python\ndef root(n):\n    return n ** 0.5\n```\nDone.",
            "import math\ndef root(n):\n    return n ** 0.5\n",
        ),
        ("```\n    return 1\n```", HEAD + "    return 1\n"),
        ("```python\ndef root(n):\n    return 2", "import math\ndef root(n):\n    return 2\n"),
    ],
)
def test_a_program_is_taken_out_of_an_answer(answer, program):
    assert program_of(HEAD, answer, entry="root") == program


def solutions():
    rows = [json.loads(line) for line in (REPOSITORY / "python-functions.jsonl").read_text("utf-8").splitlines()]
    return {row["id"]: row["solution"] for row in rows}


def sample(item, *answers, doc_id=0):
    doc = {"id": item.id, "text": item.question, "detail": item.detail}
    return {"doc_id": doc_id, "doc": doc, "resps": [list(answers)]}


def test_every_question_is_answered_by_its_own_solution():
    """Ours, so it runs here: values pass through JSON as they do behind walls."""
    known = solutions()
    for item in items_of(TASK, suite=SUITE):
        scope: dict = {}
        exec(known[item.id], scope)  # noqa: S102 - our own solutions, from this repository
        detail = json.loads(item.detail)
        for test in detail["tests"]:
            assert json.loads(json.dumps(scope[detail["entry"]](*test["args"]))) == test["expected"], item.id


@walled
def test_programs_are_judged_by_what_they_return():
    known = solutions()
    items = items_of(TASK, suite=SUITE)[:3]
    samples = [sample(item, f"```python\n{known[item.id]}```", doc_id=n) for n, item in enumerate(items)]
    scored = score_code(TASK, samples, policy=SUITE.code)
    assert [verdict.reason for verdict in scored.verdicts] == ["", "", ""]
    assert [(figure.metric, figure.value, figure.n) for figure in scored.figures] == [("pass_at_1", 1.0, 3)]


@walled
def test_a_share_of_several_answers_and_why_the_others_fail():
    item = items_of(TASK, suite=SUITE)[0]
    right = f"```python\n{solutions()[item.id]}```"
    scored = score_code(TASK, [sample(item, right, "    return None\n")], policy=SUITE.code)
    assert (scored.figures[0].value, scored.figures[0].stderr) == (0.5, None)
    assert scored.verdicts[0].reason == "wrong"


@walled
def test_a_public_task_brings_its_tests_as_code():
    document = yaml.safe_load((SUITES / "programme.yaml").read_text("utf-8"))
    task = next(task for task in read_suite(SUITES / "programme.yaml").tasks if task.name == "humaneval")
    assert document["code"]["seconds"] == 10
    check = "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(0) == 0\n"
    doc = {"prompt": "def double(n):\n", "entry_point": "double", "test": check}
    samples = [
        {"doc_id": n, "doc": doc, "resps": [[body]]} for n, body in enumerate(("    return 2 * n", "    return 4"))
    ]
    scored = score_code(task, samples, policy=SUITE.code)
    assert [verdict.values["pass_at_1"] for verdict in scored.verdicts] == [1.0, 0.0]
