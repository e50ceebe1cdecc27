"""Tokenizer files are held to the form of their name; nothing of them is loaded."""

import base64
import contextlib
import json
import random

import pytest

from portal.common.formats import tokenizer_policy
from portal.common.formats.tokenizer_policy import TokenizerError, check_size, check_tokenizer, is_tokenizer


def field(number: int, kind: int, payload: bytes) -> bytes:
    key = varint(number << 3 | kind)
    return key + (varint(len(payload)) if kind == 2 else b"") + payload


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def piece(text: str, *, score: bytes = bytes(4), kind: int = 1) -> bytes:
    return field(1, 2, field(1, 2, text.encode()) + field(2, 5, score) + field(3, 0, varint(kind)))


SENTENCEPIECE = b"".join(piece(text) for text in ("<unk>", "▁가", "나" * 100)) + field(2, 2, field(1, 2, b"x" * 300))
TIKTOKEN = b"".join(base64.b64encode(bytes([n])) + b" %d\n" % n for n in range(256))
BPE = {
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b", ["a", "b"]]},
    "added_tokens": [{"id": 2, "content": "<s>"}],
}
UNIGRAM = {"version": "1.0", "model": {"type": "Unigram", "vocab": [["<unk>", 0], ["▁가", -3.5]]}, "added_tokens": None}
ACCEPTED = [
    ("tokenizer.json", json.dumps(BPE).encode()),
    ("model/tokenizer.json", json.dumps(UNIGRAM).encode()),
    ("vocab.json", b'{"a": 0}'),
    ("merges.txt", "#version: 0.2\na b\n가 나\n\n".encode()),
    ("merges.txt", "a \u2028\r\n\x85 b\r\n".encode()),  # pieces that are line ends to others
    ("tokenizer.model", SENTENCEPIECE),
    ("tokenizer.model", TIKTOKEN),
    ("o200k.tiktoken", TIKTOKEN),
]  # fmt: skip
REFUSED = [
    ("tokenizer.json", b"", "$: not JSON"),
    ("tokenizer.json", b"[]", "$: not a JSON object"),
    ("tokenizer.json", b'{"a":' * 100_000, "$: not JSON, or nested"),
    ("tokenizer.json", b'{"a":' * 40 + b"1" + b"}" * 40, "$: nested deeper"),
    ("tokenizer.json", b"{}", "$.model: missing"),
    ("tokenizer.json", b'{"model": {}}', "$.model.vocab: missing"),
    ("tokenizer.json", b'{"model": {"vocab": {"a": -1}}}', "$.model.vocab: the id of 'a'"),
    ("tokenizer.json", b'{"model": {"vocab": {"a": true}}}', "$.model.vocab: the id of 'a'"),
    ("tokenizer.json", b'{"model": {"vocab": {"a": 99999999}}}', "$.model.vocab: the id of 'a'"),
    ("tokenizer.json", b'{"model": {"vocab": [["a"]]}}', "$.model.vocab[0]: not a list of"),
    ("tokenizer.json", b'{"model": {"vocab": {}, "merges": "a b"}}', "$.model.merges: not a list"),
    ("tokenizer.json", b'{"model": {"vocab": {}, "merges": [["a"]]}}', "$.model.merges[0]: not two"),
    ("tokenizer.json", b'{"model": {"vocab": {}}, "added_tokens": [{"id": 1}]}', "$.added_tokens[0]: not a token"),
    ("vocab.json", b'{"a": "0"}', "$: the id of 'a'"),
    ("merges.txt", b"a b c\n", "line 1: not two"),
    ("merges.txt", b"\xff", "byte 0: not UTF-8"),
    ("x.tiktoken", b"!! 0\n", "line 1: not a piece"),
    ("x.tiktoken", b"YQ== -1\n", "line 1: not a piece"),
    ("tokenizer.model", b"", "byte 0: the file is empty"),
    ("tokenizer.model", b"import os\n", "line 1: not a piece"),
    ("tokenizer.model", SENTENCEPIECE[:-1], "a field is torn"),
    ("tokenizer.model", SENTENCEPIECE + field(9, 2, b"x"), "field 9 is not one of a SentencePiece model"),
    ("tokenizer.model", SENTENCEPIECE + b"\x0b", "neither a SentencePiece model"),
    ("tokenizer.model", field(1, 2, field(7, 0, b"\x01")), "field 7 is not one of a piece"),
    ("tokenizer.model", field(1, 2, field(1, 2, b"\xff")), "a piece is not UTF-8"),
    ("tokenizer.model", field(1, 2, field(1, 2, b"x" * 70_000)), "a piece of 70000 bytes"),
    ("tokenizer.model", field(1, 2, b"\x0a" + b"\xff" * 11), "a number is torn or too long"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw"), ACCEPTED)
def test_usual_files_are_accepted(name, raw):
    assert is_tokenizer(name)
    check_tokenizer(raw, name=name)


@pytest.mark.parametrize(("name", "raw", "words"), REFUSED)
def test_what_is_of_another_form_is_refused_with_its_place(name, raw, words):
    with pytest.raises(TokenizerError) as caught:
        check_tokenizer(raw, name=name)

    assert words in str(caught.value)
    assert caught.value.hint


def test_other_files_are_none_of_its_business():
    assert not is_tokenizer("config.json")
    assert not is_tokenizer("notes/tokenizer.md")


def test_the_size_is_bounded_before_anything_is_read(monkeypatch):
    with pytest.raises(TokenizerError, match="larger than"):
        check_size(tokenizer_policy.MAX_BYTES + 1)
    monkeypatch.setattr(tokenizer_policy, "MAX_PIECES", 2)
    with pytest.raises(TokenizerError, match="3 pieces"):
        check_tokenizer(SENTENCEPIECE, name="tokenizer.model")


def test_damaged_files_give_tokenizer_errors_only():
    rng = random.Random(7)
    for name, raw in ACCEPTED * 150:
        damaged = bytearray(raw)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        with contextlib.suppress(TokenizerError):
            check_tokenizer(bytes(damaged), name=name)
