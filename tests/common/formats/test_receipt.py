import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.formats.canonical import canonical_json, digest_of
from portal.common.formats.checkpoint import public_key_of, sign_checkpoint
from portal.common.formats.merkle import inclusion_proof, leaf_hash, root_of
from portal.common.formats.receipt import ReceiptError, verify_receipt

SEED = bytes(range(32))


def receipt(*, seed=SEED) -> dict:
    document = {"schema": "receipt/1", "number": "20261122-000007", "files": [{"path": "가.csv", "sha256": "0" * 64}]}
    event = {"seq": 2, "subject": "receipt:20261122-000007", "after": {"receipt": digest_of(document)}, "nonce": "ab"}
    leaves = [leaf_hash(b"0"), leaf_hash(b"1"), leaf_hash(canonical_json(event)), leaf_hash(b"3"), leaf_hash(b"4")]
    ledger = {
        "checkpoint": sign_checkpoint("portal/ledger", 5, root_of(leaves), seed),
        "public_key": public_key_of(seed).hex(),
        "event": event,
        "proof": [node.hex() for node in inclusion_proof(leaves, 2)],
    }
    return {"receipt": document, "digest": digest_of(document), "ledger": ledger}


def test_an_intact_receipt_is_accepted():
    checked = verify_receipt(receipt(), public_key=public_key_of(SEED))

    assert (checked.seq, checked.size, checked.origin) == (2, 5, "portal/ledger")


def test_a_receipt_made_up_with_another_key_is_refused():
    with pytest.raises(ReceiptError, match=r"ledger\.checkpoint"):
        verify_receipt(receipt(seed=bytes(32)), public_key=public_key_of(SEED))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda r: r["receipt"].update(number="x"), "digest"),
        (lambda r: r.update(digest="0" * 64), "digest"),
        (lambda r: r.update(ledger=None), "ledger"),
        (lambda r: r["receipt"].update(score=0.5), "receipt"),
        (lambda r: r["ledger"]["event"].update(subject="receipt:other"), "ledger.event"),
        (lambda r: r["ledger"]["event"]["after"].update(receipt="0" * 64), "ledger.event"),
        (lambda r: r["ledger"]["event"].update(nonce="cd"), "ledger.proof"),
        (lambda r: r["ledger"]["event"].update(seq=3), "ledger.proof"),
        (lambda r: r["ledger"]["event"].update(x=0.5), "ledger.event"),
        (lambda r: r["ledger"]["proof"].pop(), "ledger.proof"),
        (lambda r: r["ledger"]["proof"].append("00"), "ledger.proof[3]"),
        (lambda r: r["ledger"].update(checkpoint="x"), "ledger.checkpoint"),
    ],
)
def test_every_change_is_refused_at_its_place(change, where):
    changed = copy.deepcopy(receipt())
    change(changed)

    with pytest.raises(ReceiptError) as caught:
        verify_receipt(changed, public_key=public_key_of(SEED))

    assert caught.value.where == where


values = st.recursive(st.none() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c))


@given(values, st.sampled_from(["receipt", "digest", "ledger", "event", "proof", "checkpoint", "public_key"]))
def test_nothing_but_a_receipt_error_comes_out(value, name):
    changed = copy.deepcopy(receipt())
    (changed["ledger"] if name in changed["ledger"] else changed)[name] = value

    with pytest.raises(ReceiptError):
        verify_receipt(changed)
