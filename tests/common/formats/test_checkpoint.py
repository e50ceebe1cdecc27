import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from portal.common.formats.checkpoint import (
    Checkpoint,
    CheckpointError,
    parse_verifier_key,
    public_key_of,
    sign_checkpoint,
    verifier_key,
    verify_checkpoint,
)

SEED = bytes(range(32))
PUBLIC = public_key_of(SEED)
ROOT = bytes(32)
ORIGIN = "portal.example.org/ledger"


def test_a_note_has_the_published_form():
    note = sign_checkpoint(ORIGIN, 7, ROOT, SEED)

    lines = note.split("\n")
    assert lines[:4] == [ORIGIN, "7", base64.b64encode(ROOT).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert len(base64.b64decode(lines[4].rsplit(" ", 1)[1])) == 68
    assert lines[5:] == [""]


@given(st.integers(0, 10**17), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_what_was_signed_is_read_back(size, root, seed):
    note = sign_checkpoint(ORIGIN, size, root, seed)

    assert verify_checkpoint(note, public_key_of(seed)) == Checkpoint(ORIGIN, size, root)


@given(st.data())
def test_every_changed_character_is_noticed(data):
    note = sign_checkpoint(ORIGIN, 12345, ROOT, SEED)
    place = data.draw(st.integers(0, len(note) - 2))
    char = data.draw(st.characters(codec="utf-8").filter(lambda char: char != note[place]))

    with pytest.raises(CheckpointError):
        verify_checkpoint(note[:place] + char + note[place + 1 :], PUBLIC)


def test_bits_that_padding_leaves_unused_are_noticed():
    note = sign_checkpoint(ORIGIN, 12345, ROOT, SEED)
    last = note.rindex("=") - 1
    changed = chr(ord(note[last]) + 1)  # the next of the alphabet: its last two bits are not used

    with pytest.raises(CheckpointError, match="last characters"):
        verify_checkpoint(note[:last] + changed + note[last + 1 :], PUBLIC)


def test_a_witness_may_add_its_line():
    note = sign_checkpoint(ORIGIN, 7, ROOT, SEED)
    body = note.partition("\n\n")[0] + "\n"
    witness = base64.b64encode(b"abcd" + Ed25519PrivateKey.generate().sign(body.encode())).decode()

    assert verify_checkpoint(f"{note}— witness.example.org {witness}\n", PUBLIC).size == 7


def test_another_key_is_named():
    note = sign_checkpoint(ORIGIN, 7, ROOT, SEED)

    with pytest.raises(CheckpointError, match="is it the key of this portal"):
        verify_checkpoint(note, public_key_of(bytes(32)))


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "x\ny"])
def test_an_origin_that_breaks_the_form_is_refused(origin):
    with pytest.raises(CheckpointError, match="origin"):
        sign_checkpoint(origin, 1, ROOT, SEED)


@pytest.mark.parametrize("note", ["", "x", "a\n1\n!\n\n— a b\n", "a\n01\nAAAA\n\n", "a\n1\nAAAA\n\n"])
def test_torn_notes_are_refused(note):
    with pytest.raises(CheckpointError):
        verify_checkpoint(note, PUBLIC)


def test_a_verifier_key_is_one_line():
    assert parse_verifier_key(verifier_key(ORIGIN, PUBLIC)) == PUBLIC
    assert parse_verifier_key(PUBLIC.hex()) == PUBLIC
    with pytest.raises(CheckpointError):
        parse_verifier_key(verifier_key(ORIGIN, PUBLIC).replace("portal", "other"))
