import threading
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError

from portal.audit.actions import LedgerDamagedError, record, sign_current_checkpoint
from portal.audit.models import Checkpoint, Event
from portal.audit.selectors import latest_checkpoint
from portal.audit.signing import public_key
from portal.common.formats.canonical import CanonicalError
from portal.common.formats.checkpoint import verify_checkpoint
from portal.common.formats.merkle import EMPTY_ROOT
from tests.factories.audit import Action, make_event


@pytest.mark.django_db
def test_events_are_numbered_from_zero_without_gaps():
    events = [make_event(f"thing:{n}") for n in range(3)]

    assert [event.seq for event in events] == [0, 1, 2]
    assert len({event.nonce for event in events}) == 3


@pytest.mark.django_db
def test_an_event_read_back_hashes_to_its_leaf():
    event = make_event(before={"총점": Decimal("8.50")}, after={"list": [1, None, True]}, reason="정정")

    stored = Event.objects.get(pk=event.pk)
    assert stored.before == {"총점": "8.50"}
    assert stored.computed_leaf() == stored.leaf == event.leaf


@pytest.mark.django_db
def test_a_float_is_refused():
    with pytest.raises(CanonicalError, match=r"\$.score"):
        make_event(after={"score": 0.1})


def test_an_event_needs_the_transaction_of_its_change(fresh_database):
    with pytest.raises(TransactionManagementError, match="transaction of the change"):
        record(Action.TRIED, actor="system", subject="thing:1")


def test_a_change_that_is_rolled_back_leaves_no_event(fresh_database):
    with transaction.atomic():
        make_event()
        transaction.set_rollback(True)

    assert make_event().seq == 0


@pytest.mark.parametrize("statement", ["UPDATE {} SET at = at", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["audit_event", "audit_checkpoint"])
@pytest.mark.django_db
def test_the_database_refuses_changes(table, statement):
    make_event()
    sign_current_checkpoint()

    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.django_db
def test_postgresql_refuses_to_truncate():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_event")


@pytest.mark.django_db
def test_a_checkpoint_signs_the_log_as_it_stands():
    make_event()
    make_event()

    checkpoint = sign_current_checkpoint()

    signed = verify_checkpoint(checkpoint.note, public_key())
    assert (signed.size, signed.root.hex()) == (2, checkpoint.root)
    assert latest_checkpoint() == checkpoint


@pytest.mark.django_db
def test_the_same_size_is_signed_once():
    make_event()

    assert sign_current_checkpoint() == sign_current_checkpoint()
    assert Checkpoint.objects.count() == 1


@pytest.mark.django_db
def test_an_empty_log_can_be_signed():
    assert sign_current_checkpoint().root == EMPTY_ROOT.hex()


@pytest.mark.django_db
def test_nothing_is_signed_over_a_log_with_a_gap(without_triggers):
    for _ in range(3):
        make_event()
    Event.objects.filter(seq=1).delete()

    with pytest.raises(LedgerDamagedError, match="2 of 3 events"):
        sign_current_checkpoint()


def test_writers_at_the_same_time_get_different_numbers(fresh_database):
    def write() -> None:
        for _ in range(5):
            make_event()
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(Event.objects.values_list("seq", flat=True)) == list(range(20))
