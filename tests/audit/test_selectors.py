import json

import pytest

from portal.audit import selectors
from portal.audit.actions import sign_current_checkpoint
from portal.common.formats.canonical import digest_of
from portal.common.formats.checkpoint import parse_verifier_key
from portal.common.formats.merkle import verify_consistency
from portal.common.formats.receipt import verify_receipt
from tests.factories.audit import make_event

pytestmark = pytest.mark.django_db


def test_the_covering_checkpoint_is_the_first_after_the_event():
    early, late = make_event(), make_event()
    first = sign_current_checkpoint()
    make_event()
    sign_current_checkpoint()

    assert selectors.checkpoint_covering(early) == selectors.checkpoint_covering(late) == first


def test_an_event_after_the_last_checkpoint_is_not_covered():
    sign_current_checkpoint()

    assert selectors.checkpoint_covering(make_event()) is None


def test_the_proof_of_a_receipt_holds_offline():
    document = {"number": "20261122-000001", "files": []}
    for n in range(5):
        make_event(f"thing:{n}")
    event = make_event("receipt:20261122-000001", after={"receipt": digest_of(document)})
    make_event()
    proof = selectors.inclusion_proof(event, sign_current_checkpoint())

    file = json.loads(json.dumps({"receipt": document, "digest": digest_of(document), "ledger": proof}))
    checked = verify_receipt(file, public_key=parse_verifier_key(selectors.published_key()))
    assert (checked.seq, checked.size) == (5, 7)


def test_two_checkpoints_are_consistent():
    for n in range(5):
        make_event(f"thing:{n}")
    older = sign_current_checkpoint()
    for n in range(6):
        make_event(f"thing:{n}")
    newer = sign_current_checkpoint()

    proof = [bytes.fromhex(node) for node in selectors.consistency_proof(older, newer)]
    assert verify_consistency(
        old_size=5, new_size=11, old_root=bytes.fromhex(older.root), new_root=bytes.fromhex(newer.root), proof=proof
    )


def test_history_of_a_subject_is_in_order():
    first = make_event("sheet:1")
    make_event("sheet:2")
    second = make_event("sheet:1")

    assert list(selectors.events_of("sheet:1")) == [first, second]
