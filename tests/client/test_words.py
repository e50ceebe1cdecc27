"""Korean and English without Django, for our own texts and for those of the portal."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from portal.client import portal_texts, words
from portal.client.main import main
from portal.client.scan import check_files, find_files

ROOT = Path(__file__).resolve().parents[2]
SAID_IN = ("portal/artifacts", "portal/accounts", "portal/common/formats")
BLANK = re.compile(r"\{[^{}]*\}")


@pytest.fixture(autouse=True)
def own_language(monkeypatch):
    for name in words.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield
    words.choose("")


def test_the_catalogue_is_read_as_babel_reads_it():
    with words.CATALOGUE.open("rb") as file:
        known = {message.id: message.string for message in read_po(file) if message.id}

    assert words.korean() == known


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "ko_KR"}, "ko"),
    ],
)
def test_the_language_is_that_of_the_environment(monkeypatch, variables, language):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert words.language() == language


def test_a_language_may_be_asked_for(capsys):
    assert main(["--lang", "ko", "push", "x", "--submission", "1"]) == 1
    assert "함께 지정해야" in capsys.readouterr().err
    assert main(["--lang", "en", "push", "x", "--submission", "1"]) == 1
    assert "belong together" in capsys.readouterr().err


def test_what_stood_in_the_blanks_is_kept_and_retold_itself():
    words.choose("ko")
    text = "The file is not accepted: .bin is not accepted: a pickle can run code when it is read."

    assert (
        words.retold(text)
        == "파일을 받을 수 없습니다: .bin 파일은 받지 않습니다: pickle은 읽는 순간 코드를 실행할 수 있습니다."
    )
    assert words.retold("Nobody knows this sentence.") == "Nobody knows this sentence."


def test_a_refusal_before_sending_is_korean(tmp_path, monkeypatch):
    (tmp_path / "model.bin").touch()
    words.choose("ko")

    with pytest.raises(Exception, match="받지 않습니다") as caught:
        check_files(find_files([str(tmp_path)]))
    assert "portal-upload convert" in caught.value.hint


def test_each_retold_sentence_is_said_somewhere():
    said = "\n".join(
        sentence for folder in SAID_IN for file in (ROOT / folder).rglob("*.py") for sentence in sentences(file)
    )

    assert [text for text in portal_texts.TEXTS if BLANK.sub("{}", text) not in said] == []


def sentences(file):
    """Texts and texts with blanks of a file; what is in the blanks does not matter."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
