"""What a team hands in as a sample is read in bounds, whatever it is."""

import json

import pytest

from evaluation.core.contamination import sample
from evaluation.core.contamination.sample import Counts, batches, strings_in
from evaluation.core.errors import InputError


def read(folder):
    counts = Counts()
    return [(piece.place, piece.text) for batch in batches(folder, counts) for piece in batch], counts


def test_every_text_of_a_record_is_read_in_its_order():
    row = {"id": 7, "messages": [{"role": "user", "content": "하나"}, {"content": ["둘", {"x": "셋"}]}], "note": None}
    assert list(strings_in(row)) == ["user", "하나", "둘", "셋"]


def test_lines_and_paragraphs_carry_their_places(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "One, two"}\n\n"three"\n', encoding="utf-8")
    (tmp_path / "b.txt").write_text("first line\nsecond\n\n\nthird\n", encoding="utf-8")
    found, counts = read(tmp_path)
    assert found == [
        (("a.jsonl", 1), "one two"),
        (("a.jsonl", 3), "three"),
        (("b.txt", 1), "first line second"),
        (("b.txt", 5), "third"),
    ]
    assert (counts.files, counts.documents, counts.unreadable) == (2, 4, 0)


def test_lines_that_are_no_json_or_too_long_are_counted_and_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "LINE_BYTES", 64)
    rows = ['{"text": "good"}', "{", "[" * 60, json.dumps({"text": "x" * 200}), '{"text": "better"}', '"best"']
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    found, counts = read(tmp_path)
    assert [text for _, text in found] == ["good", "better", "best"]
    assert counts.unreadable == 3


def test_nesting_that_a_reader_cannot_follow_is_unreadable(tmp_path):
    (tmp_path / "a.jsonl").write_text("[" * 100_000 + "\n" + '"a"\n"b"\n', encoding="utf-8")
    assert read(tmp_path)[1].unreadable == 1


def test_long_documents_are_cut_with_an_overlap(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "PIECE", 1000)
    (tmp_path / "a.jsonl").write_text(json.dumps("가" * 2500), encoding="utf-8")
    found, _counts = read(tmp_path)
    assert [len(text) for _, text in found] == [1000, 1800, 1300]


def test_a_sample_of_other_files_says_what_to_hand_in(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"hand in \.jsonl"):
        read(tmp_path)


def test_an_empty_sample_is_no_sample(tmp_path):
    (tmp_path / "a.jsonl").write_text("\n\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no text"):
        read(tmp_path)


def test_a_file_of_something_else_is_not_taken_for_a_sample(tmp_path):
    (tmp_path / "a.jsonl").write_text("not json\n" * 9 + '"one"\n', encoding="utf-8")
    with pytest.raises(InputError, match="9 of 10 lines are not JSON"):
        read(tmp_path)
