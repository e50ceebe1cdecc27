import json

import pytest

from evaluation.core.private import veiled
from evaluation.core.sealing import SealError, count_rows, seal, unseal

MASTER = bytes(range(32))
PLAIN = b'{"id": "a", "question": "secret"}\n{"id": "b", "question": "hidden"}\n'


@pytest.fixture
def sealed():
    return seal(PLAIN, name="hidden", master=MASTER)


def test_what_was_sealed_is_opened_and_nothing_of_it_shows(sealed):
    assert unseal(sealed, name="hidden", master=MASTER) == PLAIN
    assert sealed.rows == 2
    assert b"secret" not in sealed.content


def test_two_sealings_of_one_text_share_nothing(sealed):
    again = seal(PLAIN, name="hidden", master=MASTER)
    assert again.sha256 == sealed.sha256
    assert (again.content, again.wrapped_key) != (sealed.content, sealed.wrapped_key)


def test_another_key_opens_nothing(sealed):
    with pytest.raises(SealError, match="PRIVATE_SUITE_KEY"):
        unseal(sealed, name="hidden", master=bytes(32))


@pytest.mark.parametrize("place", range(0, 120, 7))
def test_a_changed_byte_is_noticed(sealed, place):
    content = bytearray(sealed.content)
    content[place % len(content)] ^= 1
    with pytest.raises(SealError):
        unseal(sealed._replace(content=bytes(content)), name="hidden", master=MASTER)


@pytest.mark.parametrize(
    "change", [{"name": "other"}, {"sha256": "0" * 64}, {"wrapped_key": "zz"}, {"wrapped_key": "00" * 8}]
)
def test_a_sealed_text_stands_for_its_own_name_and_commitment_alone(sealed, change):
    name = change.pop("name", "hidden")
    with pytest.raises(SealError):
        unseal(sealed._replace(**change), name=name, master=MASTER)


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        (b"", "1 to"),
        (b"\xff\n", "UTF-8"),
        (b"[1]\n", "Line 1"),
        (b'{"id": "a"}\n{"id": "a"}\n', "Line 2"),
        (b'{"id": "a"}\n{"id"\n', "Line 2 is not readable"),
        (b"[" * 100_000, "Line 1 is not readable"),
    ],
)
def test_a_file_that_is_no_set_is_told_with_its_line(plain, said):
    with pytest.raises(SealError, match=said):
        count_rows(plain)


def test_an_answer_to_a_private_question_keeps_names_and_numbers_only():
    sample = {
        "task": "hidden",
        "doc_id": 3,
        "doc": {"id": "a", "text": "secret question", "gold": 1},
        "target": "secret answer",
        "arguments": [["secret question", " secret"]],
        "resps": [[[-1.5, False]], [[-2.5, True]], "secret words"],
        "filtered_resps": ["secret words"],
        "reason": "secret",
        "doc_hash": "ab",
        "prompt_hash": "cd",
        "acc": 1.0,
    }
    kept = veiled(sample)
    assert "secret" not in json.dumps(kept)
    assert (kept["doc"]["id"], kept["acc"], kept["doc_hash"], kept["resps"]) == (
        "a",
        1.0,
        "ab",
        [[[-1.5, False]], [[-2.5, True]]],
    )
