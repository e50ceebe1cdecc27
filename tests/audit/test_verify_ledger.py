"""Twelve ways in which a database administrator may touch the ledger, after dropping the triggers."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from portal.audit.actions import sign_current_checkpoint
from portal.audit.models import Checkpoint, Event
from portal.common.formats.checkpoint import sign_checkpoint
from portal.common.formats.merkle import root_of
from tests.factories.audit import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(without_triggers, tmp_path):
    """Eight events; a checkpoint over six is in the database, and one over all eight lies outside only."""
    for n in range(6):
        make_event(f"thing:{n}", before={"n": n}, after={"n": n + 1}, reason="because")
    sign_current_checkpoint()
    for n in range(2):
        make_event(f"late:{n}")
    kept = tmp_path / "kept.checkpoint"
    outside = sign_current_checkpoint()
    kept.write_text(outside.note, encoding="utf-8")
    outside.delete()
    return kept


def rehash(event):
    """The careful forger also corrects the leaf."""
    event.leaf = event.computed_leaf()
    event.save()


def rewrite(**changes):
    event = Event.objects.get(seq=2)
    for name, value in changes.items():
        setattr(event, name, value)
    rehash(event)


def swap():
    one, two = Event.objects.get(seq=1), Event.objects.get(seq=2)
    Event.objects.filter(pk=one.pk).update(seq=99)
    Event.objects.filter(pk=two.pk).update(seq=1)
    Event.objects.filter(pk=one.pk).update(seq=2)


def remove_and_renumber():
    Event.objects.filter(seq=2).delete()
    for event in Event.objects.filter(seq__gt=2).order_by("seq"):
        event.seq -= 1
        rehash(event)


def insert():
    for event in Event.objects.filter(seq__gt=2).order_by("-seq"):
        event.seq += 1
        rehash(event)
    forged = Event.objects.get(seq=2)
    forged.pk, forged.seq, forged.subject = None, 3, "thing:forged"
    rehash(forged)


def forge_checkpoint():
    root = root_of([bytes.fromhex(event.leaf) for event in Event.objects.filter(seq__lt=6).order_by("seq")])
    note = sign_checkpoint("evaluation-portal/ledger", 6, root, bytes(32))
    Checkpoint.objects.update(note=note, root=root.hex())


EDITS = {
    "actor changed": (lambda: Event.objects.filter(seq=2).update(actor="user:9"), "event changed"),
    "content changed": (lambda: Event.objects.filter(seq=2).update(after={"n": 100}), "event changed"),
    "time changed": (lambda: Event.objects.filter(seq=2).update(at=F("at") + timedelta(seconds=1)), "event changed"),
    "leaf changed": (lambda: Event.objects.filter(seq=2).update(leaf="0" * 64), "event changed"),
    "a float written": (lambda: Event.objects.filter(seq=2).update(after={"n": 0.5}), "event changed"),
    "content and leaf changed": (lambda: rewrite(reason="another"), "root"),
    "nonce and leaf changed": (lambda: rewrite(nonce="0" * 32), "root"),
    "row removed": (lambda: Event.objects.filter(seq=2).delete(), "gap"),
    "row removed, rest renumbered": (remove_and_renumber, "root"),
    "row inserted, rest renumbered": (insert, "root"),
    "rows swapped": (swap, "event changed"),
    "tail cut below the stored checkpoint": (lambda: Event.objects.filter(seq__gte=4).delete(), "truncation"),
    "checkpoint signed by another key": (forge_checkpoint, "signature"),
    "checkpoint's root changed": (lambda: Checkpoint.objects.update(root="0" * 64), "checkpoint changed"),
    "checkpoint's size changed": (lambda: Checkpoint.objects.update(size=5), "checkpoint changed"),
}


def findings(*arguments) -> list[str]:
    """Kinds found, without the triggers that the fixture took away."""
    out = StringIO()
    with pytest.raises(CommandError, match="the ledger was changed"):
        call_command("verify_ledger", *arguments, stdout=out)
    kinds = [re.search(r"\[(.+)\]$", line)[1] for line in out.getvalue().splitlines()]
    return [kind for kind in kinds if kind != "trigger missing"]


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_found_and_named(ledger, name):
    edit, kind = EDITS[name]
    edit()

    assert kind in findings()


EXTERNAL_ONLY = {
    "tail cut": (lambda: Event.objects.filter(seq__gte=6).delete(), "truncation"),
    "tail and checkpoint cut": (lambda: (Event.objects.filter(seq__gte=3).delete(), Checkpoint.objects.all().delete()), "truncation"),
    "all rewritten": (lambda: (rewrite(reason="x"), Checkpoint.objects.all().delete(), sign_current_checkpoint()), "root"),
    "everything gone": (lambda: (Event.objects.all().delete(), Checkpoint.objects.all().delete()), "truncation"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXTERNAL_ONLY)
def test_what_the_database_hides_a_kept_checkpoint_shows(ledger, name):
    edit, kind = EXTERNAL_ONLY[name]
    edit()

    assert findings() == []
    assert findings("--checkpoint", str(ledger)) == [kind]


def test_the_untouched_log_has_only_its_missing_triggers(ledger):
    assert findings("--checkpoint", str(ledger)) == []


def test_an_intact_ledger_says_so():
    make_event()
    sign_current_checkpoint()
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    assert re.fullmatch(r"1 events, 1 checkpoints, root [0-9a-f]{64}: the ledger is intact\.\n", out.getvalue())


def test_a_receipt_serves_as_the_kept_checkpoint(ledger, tmp_path):
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"ledger": {"checkpoint": ledger.read_text(encoding="utf-8")}}), encoding="utf-8")
    Event.objects.filter(seq__gte=6).delete()

    assert findings("--checkpoint", str(receipt)) == ["truncation"]


def test_a_file_that_is_no_checkpoint_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"missing\.txt: cannot be read"):
        call_command("verify_ledger", "--checkpoint", str(tmp_path / "missing.txt"))
