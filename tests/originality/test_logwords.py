"""Every sentence of the reader of logs has its line, with its names and numbers in place."""

import ast
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from originality.core import trace
from originality.logwords import SENTENCES, log_sentence

CALLS = {"fault", "faults", "note", "_leave_out"}


@pytest.mark.parametrize(
    ("text", "korean"),
    [
        ("the checksum does not fit the data", "검사합이 데이터와 맞지 않음"),
        ("this line has fewer fields than the 5 of the header", "5"),
        ("train/loss: 3 values are no finite number, the first at step 7", "7"),
        ("times go back by 32,400 s at step 90 in a later start", "32,400"),
    ],
)
def test_sentences_are_said_in_korean(text, korean):
    with override("ko"):
        said = log_sentence(text)

    assert said != text
    assert korean in said


def test_a_sentence_that_is_not_known_stays():
    with override("ko"):
        assert log_sentence("something of an older reader") == "something of an older reader"


def test_what_the_reader_writes_is_listed():
    for path in sorted(Path(trace.__path__[0]).glob("*.py")):
        for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            assert any(_fits(text, sentence) for sentence in SENTENCES), f"{path.name}: {text}"


def _texts(tree):
    """The texts that are given to a fault or a note, gaps as {}."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and " " in argument.value:
                    yield argument.value
                elif isinstance(argument, ast.JoinedStr):
                    yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in argument.values)


def _fits(text, sentence):
    plain = re.sub(r"%\(\w+\)s", "{}", sentence)
    return (
        plain == text
        or plain.startswith(text)
        or re.fullmatch(re.escape(text).replace(r"\{\}", ".+"), plain) is not None
    )
