"""Promises made during training: kept in the ledger, never changed, and held to when the lot calls them."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.artifacts.actions import complete_upload, declare_upload, store_folder, write_part
from portal.audit.models import Event
from portal.common.formats.lot import replay
from portal.custody import actions
from portal.custody.errors import CustodyError
from portal.custody.models import CalledCheckpoint, Deposit
from portal.custody.selectors.deposits import deposit_document
from portal.letters.models import Letter
from tests.factories.artifacts import manifest_of, write_folder
from tests.factories.custody import deposit, deposit_folder, digest_like, drawn, member_of, staff
from tests.factories.submissions import receiving_entry

pytestmark = pytest.mark.django_db


def test_a_deposit_has_its_place_in_the_ledger_and_is_never_changed():
    entry = receiving_entry()

    row = deposit(entry, step=1000)
    again = deposit(entry, step=1000)

    assert (again, row.code) == (row, "A-0001")
    ledger = deposit_document(row)["ledger"]
    assert ledger["event"]["after"]["bundle"] == row.digest
    assert Event.objects.filter(subject=f"deposit:{row.pk}").count() == 1
    with pytest.raises(CustodyError, match="1000"):
        deposit(entry, step=2000, digest=row.digest)
    with pytest.raises(DatabaseError), transaction.atomic():
        Deposit.objects.filter(pk=row.pk).update(step=2)


def test_deposits_end_with_the_deadline_of_the_phase():
    entry = receiving_entry()
    entry.phase.state = "closed"
    entry.phase.save(update_fields=["state"])

    with pytest.raises(CustodyError):
        deposit(entry, step=1)


def test_the_lot_calls_the_same_number_from_each_team_and_anybody_can_repeat_it():
    officer, entry = staff("officer"), receiving_entry()
    from tests.factories.consortia import make_entry

    rival = make_entry(entry.phase)
    for step in range(5):
        deposit(entry, step=step)
    deposit(rival, step=1)
    draw = actions.commit_draw(entry.phase, seats=2, days=7, source="로또 1200회", by=officer)
    actions.close_pool(draw, by=officer)
    late = deposit(entry, step=99)
    draw = actions.make_draw(draw, figure="1 2 3 4 5 6", by=officer)

    assert replay(draw.document)[1] == []
    codes = [call.deposit.code for call in draw.calls.all()]
    assert sorted(code[0] for code in codes) == ["A", "A", "B"]
    assert late.code not in {row["code"] for row in draw.document["pool"]}
    assert Letter.objects.filter(kind="checkpoint_called").count() == 3
    assert draw.document["commitment"] == draw.commitment


def test_only_officers_outside_of_the_teams_draw():
    entry = receiving_entry()
    deposit(entry, step=1)

    for viewer in (staff("decider"), member_of(entry)):
        with pytest.raises(PermissionDenied):
            actions.commit_draw(entry.phase, seats=1, days=7, source="", by=viewer)


def test_a_called_checkpoint_is_met_by_the_deposited_bytes_and_by_no_others(tmp_path):
    entry = receiving_entry()
    promised, other = write_folder(tmp_path / "a"), write_folder(tmp_path / "b", seed=1)
    deposit_folder(entry, promised, step=10)
    draw = drawn(entry.phase, by=staff("officer"))

    store_folder(other, owner=entry.consortium.account_key, actor="user:1")
    store_folder(promised, owner="consortium:999", actor="user:1")
    assert actions.receive_called() == 0
    bundle = store_folder(promised, owner=entry.consortium.account_key, actor="user:1")
    assert (actions.receive_called(), actions.receive_called()) == (1, 0)

    call = draw.calls.get()
    assert (call.state, call.bundle, call.job) == ("delivered", bundle, None)


def test_a_missed_call_stays_on_record_with_the_teams_reply_and_late_bytes(tmp_path):
    entry = receiving_entry()
    folder = write_folder(tmp_path / "a")
    deposit_folder(entry, folder, step=10)
    drawn(entry.phase, by=staff("officer"))
    call = CalledCheckpoint.objects.get()

    assert actions.lapse_calls() == 0
    CalledCheckpoint.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert (actions.lapse_calls(), actions.lapse_calls()) == (1, 0)
    with pytest.raises(PermissionDenied):
        actions.reply_to_call(call, text="늦었다", by=staff("officer"))
    actions.reply_to_call(call, text="저장 장치가 고장 났다", by=member_of(entry))
    store_folder(folder, owner=entry.consortium.account_key, actor="user:1")
    actions.receive_called()

    call.refresh_from_db()
    assert (call.state, call.reply.text) == ("late", "저장 장치가 고장 났다")
    assert call.missed_at is not None
    assert Letter.objects.filter(kind="checkpoint_missed").count() == 1


@pytest.mark.parametrize("checked", [False, True])
def test_bytes_that_came_in_time_are_no_missed_call_while_we_check_them(tmp_path, checked):
    entry, folder = receiving_entry(), write_folder(tmp_path / "step")
    deposit_folder(entry, folder, step=1)
    call = drawn(entry.phase, by=staff("officer")).calls.get()
    manifest = manifest_of(folder)
    upload = declare_upload(manifest, owner=entry.consortium.account_key, actor="user:1")
    for index, item in enumerate(manifest.files):
        for number in range(len(item.parts)):
            offset, length = manifest.span(item, number)
            data = (folder / item.path).read_bytes()[offset : offset + length]
            write_part(upload, index=index, number=number, stream=io.BytesIO(data), length=length)
    CalledCheckpoint.objects.update(due_at=timezone.now())
    if checked:
        complete_upload(upload, actor="user:1")

    assert actions.lapse_calls() == 0

    if not checked:
        complete_upload(upload, actor="user:1")
    assert actions.receive_called() == 1
    call.refresh_from_db()
    assert call.state == "delivered"


def test_bytes_that_came_late_are_late_whenever_we_look(tmp_path):
    """Also when nobody looked between the due moment and their arrival."""
    entry, folder = receiving_entry(), write_folder(tmp_path / "step")
    deposit_folder(entry, folder, step=1)
    call = drawn(entry.phase, by=staff("officer")).calls.get()
    CalledCheckpoint.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    store_folder(folder, owner=entry.consortium.account_key, actor="user:1")

    assert (actions.receive_called(), actions.lapse_calls(), actions.receive_called()) == (0, 1, 1)

    call.refresh_from_db()
    assert call.state == "late"


def test_no_deposit_is_taken_after_the_deadline_though_the_phase_is_open():
    entry = receiving_entry()
    type(entry.phase).objects.update(closes_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(CustodyError):
        deposit(entry, step=1)


def test_a_draw_that_was_set_aside_leaves_the_deposits_for_the_next():
    officer, entry = staff("officer"), receiving_entry()
    deposit(entry, step=1, digest=digest_like("x"))
    draw = actions.commit_draw(entry.phase, seats=1, days=7, source="", by=officer)

    with pytest.raises(CustodyError):
        actions.commit_draw(entry.phase, seats=1, days=7, source="", by=officer)
    actions.void_draw(draw, reason="기준이 바뀌었다", by=officer)

    assert drawn(entry.phase, by=officer).calls.count() == 1
    with pytest.raises(CustodyError):
        drawn(entry.phase, by=officer)  # nothing is left to draw
