"""Texts that no team has seen: taken, listed and retired by the command, each in the ledger."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from originality.models import WithheldText
from portal.artifacts.actions import open_blob
from portal.audit.models import Event

pytestmark = pytest.mark.django_db
TEXT = "아무도 읽지 않은 글이다.\n" * 200
FIELDS = {"name": "Plain Korean", "language": "ko", "source": "written for this"}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def command(*arguments, **options):
    out = StringIO()
    call_command("withheld_text", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def added(file, **changes):
    fields = FIELDS | changes
    return command("add", file, *(part for key, value in fields.items() for part in (f"--{key}", value)))


def test_a_text_is_kept_with_its_digest_and_stands_in_the_ledger(file):
    said = added(file)
    row = WithheldText.objects.get()

    assert "Plain Korean  ko" in said
    assert "in use" in said
    assert row.digest == hashlib.sha256(TEXT.encode()).hexdigest()
    with open_blob(row.text, reader="system", purpose="trace") as stream:
        assert stream.read().decode() == TEXT
    assert [event.action for event in Event.objects.all()] == ["originality.text.withheld"]


def test_the_same_text_again_changes_nothing(file):
    added(file)
    added(file, name="Again")

    assert WithheldText.objects.get().name == "Plain Korean"
    assert Event.objects.count() == 1


def test_a_retired_text_is_listed_as_such(file):
    added(file)
    command("retire", "Plain Korean", "--reason", "published by mistake")

    assert "retired" in command("list")
    assert Event.objects.last().reason == "published by mistake"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"short", "5 bytes; a text has 4,096"),
        (b"\xb1\xdb" * 4000, "not UTF-8 at byte 0"),
        (None, "there is no such file"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_cause(tmp_path, content, said):
    path = tmp_path / "bad.txt"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=said):
        added(path)
    assert not WithheldText.objects.exists()


def test_a_name_is_given_once(file, tmp_path):
    added(file)
    (tmp_path / "other.txt").write_text(TEXT * 2, encoding="utf-8")

    with pytest.raises(CommandError, match="Another text is called"):
        added(tmp_path / "other.txt")


def test_an_unknown_text_cannot_be_retired():
    with pytest.raises(CommandError, match="No text is called"):
        command("retire", "nothing", "--reason", "none")
