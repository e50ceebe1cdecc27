import io
import zipfile
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.common.formats.canonical import digest_of
from portal.common.transitions import TransitionError
from portal.consortia.models import Entry
from portal.submissions import actions
from portal.submissions.enums import REQUIRED_ROLES, Role, State
from portal.submissions.models import Submission
from portal.submissions.selectors import receipt_document
from tests.factories.submissions import (
    ACTOR,
    bundle_of,
    checkpoint_of,
    complete_draft,
    handed_in,
    late_entry,
    receiving_entry,
)

pytestmark = pytest.mark.django_db


def refusal_of(action, *args, **kwargs):
    with pytest.raises(actions.SubmissionRefused) as refused:
        action(*args, **kwargs)
    return refused.value.code


def test_opening_a_draft_twice_gives_the_same_draft():
    entry = receiving_entry()

    assert actions.open_draft(entry, actor=ACTOR) == actions.open_draft(entry, actor=ACTOR)


def test_the_database_holds_one_draft_per_entry():
    draft = actions.open_draft(receiving_entry(), actor=ACTOR)

    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(entry=draft.entry, version=2)


def test_handing_in_seals_the_draft_and_issues_a_receipt_with_a_proof(tmp_path):
    receipt = handed_in(receiving_entry(), tmp_path)

    submission = receipt.submission
    assert submission.state == State.SUBMITTED
    assert submission.digest == digest_of(submission.document)
    assert receipt.digest == digest_of(receipt.document)
    assert {row["role"] for row in submission.document["items"]} == set(REQUIRED_ROLES)
    ledger = receipt_document(receipt)["ledger"]
    assert ledger["event"]["subject"] == f"receipt:{receipt.number}"
    assert ledger["event"]["after"]["receipt"] == receipt.digest


def test_a_second_click_returns_the_same_receipt(tmp_path):
    receipt = handed_in(receiving_entry(), tmp_path)

    assert actions.submit(receipt.submission, actor=ACTOR) == receipt
    assert Event.objects.filter(subject=f"receipt:{receipt.number}").count() == 1


def test_a_new_version_replaces_the_one_before(tmp_path):
    entry = receiving_entry()
    first = handed_in(entry, tmp_path).submission

    second = handed_in(entry, tmp_path, seed=1).submission

    first.refresh_from_db()
    assert (first.state, second.state, second.version) == (State.REPLACED, State.SUBMITTED, 2)
    assert first.receipt.number != second.receipt.number


def test_an_incomplete_draft_is_refused_and_stays_a_draft():
    draft = actions.open_draft(receiving_entry(), actor=ACTOR)

    assert refusal_of(actions.submit, draft, actor=ACTOR) == "incomplete"
    assert Submission.objects.get(pk=draft.pk).state == State.DRAFT


def test_after_the_deadline_nothing_is_taken_and_nothing_is_lost(tmp_path):
    entry = receiving_entry()
    draft = complete_draft(entry, tmp_path)
    entry.phase.closes_at = timezone.now() - timedelta(seconds=1)
    entry.phase.save()

    assert refusal_of(actions.submit, draft, actor=ACTOR) == "deadline_passed"
    assert draft.items.count() == 4


def test_no_draft_is_opened_after_the_deadline():
    assert refusal_of(actions.open_draft, late_entry(), actor=ACTOR) == "deadline_passed"


def test_a_closed_phase_takes_nothing():
    entry = receiving_entry()
    entry.phase.state = "closed"
    entry.phase.save()

    assert refusal_of(actions.open_draft, Entry.objects.get(pk=entry.pk), actor=ACTOR) == "closed"


def test_a_sealed_submission_takes_no_more_items(tmp_path):
    entry = receiving_entry()
    submission = handed_in(entry, tmp_path).submission
    more = bundle_of(entry, tmp_path / "more", {"report.md": b"# more"})

    code = refusal_of(actions.add_item, submission, role=Role.TECHNICAL_REPORT, bundle=more, actor=ACTOR)

    assert code == "sealed"


def test_a_bundle_of_another_consortium_is_not_there(tmp_path):
    draft = actions.open_draft(receiving_entry(), actor=ACTOR)
    foreign = checkpoint_of(receiving_entry(), tmp_path)

    assert refusal_of(actions.add_item, draft, role=Role.CHECKPOINT, bundle=foreign, actor=ACTOR) == "not_found"


def test_a_checkpoint_without_weights_is_refused(tmp_path):
    entry = receiving_entry()
    draft = actions.open_draft(entry, actor=ACTOR)
    text = bundle_of(entry, tmp_path, {"readme.md": b"no weights"})

    assert refusal_of(actions.add_item, draft, role=Role.CHECKPOINT, bundle=text, actor=ACTOR) == "no_weights"


def test_an_archive_is_taken_as_source_code_only(tmp_path):
    entry = receiving_entry()
    draft = actions.open_draft(entry, actor=ACTOR)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("train.py", "x = 1")
    bundle = bundle_of(entry, tmp_path, {"code.zip": packed.getvalue()})

    assert actions.add_item(draft, role=Role.CODE, bundle=bundle, actor=ACTOR).digest == bundle.digest
    assert refusal_of(actions.add_item, draft, role=Role.TRAINING_LOG, bundle=bundle, actor=ACTOR) == "packed"


def test_an_intermediate_checkpoint_needs_its_step(tmp_path):
    entry = receiving_entry()
    draft = actions.open_draft(entry, actor=ACTOR)
    bundle = checkpoint_of(entry, tmp_path)

    assert refusal_of(actions.add_item, draft, role=Role.INITIAL_CHECKPOINT, bundle=bundle, actor=ACTOR) == "no_step"


def test_an_unknown_role_is_refused(tmp_path):
    entry = receiving_entry()
    bundle = checkpoint_of(entry, tmp_path)

    code = refusal_of(actions.add_item, actions.open_draft(entry, actor=ACTOR), role="x", bundle=bundle, actor=ACTOR)

    assert code == "unknown_role"


@pytest.mark.parametrize("files", [{"bom.json": b"{}"}, {"a.json": b"{}", "b.json": b"{}"}])
def test_a_broken_component_declaration_is_refused(tmp_path, files):
    entry = receiving_entry()
    draft = actions.open_draft(entry, actor=ACTOR)
    bundle = bundle_of(entry, tmp_path, files)

    code = refusal_of(actions.add_item, draft, role=Role.COMPONENT_DECLARATION, bundle=bundle, actor=ACTOR)

    assert code == "declaration"


def test_a_second_checkpoint_takes_the_place_of_the_first(tmp_path):
    entry = receiving_entry()
    draft = complete_draft(entry, tmp_path)
    other = checkpoint_of(entry, tmp_path / "other", seed=5)

    actions.add_item(draft, role=Role.CHECKPOINT, bundle=other, actor=ACTOR)

    assert [item.bundle for item in draft.items.filter(role=Role.CHECKPOINT)] == [other]


def test_an_item_can_be_removed_from_a_draft(tmp_path):
    draft = complete_draft(receiving_entry(), tmp_path)

    actions.remove_item(draft.items.get(role=Role.LOSS_CURVE), actor=ACTOR)

    assert actions.missing_roles(draft) == [Role.LOSS_CURVE]


def test_a_withdrawal_needs_a_reason_and_keeps_the_receipt(tmp_path):
    submission = handed_in(receiving_entry(), tmp_path).submission

    assert refusal_of(actions.withdraw, submission, actor=ACTOR, reason=" ") == "no_reason"
    actions.withdraw(submission, actor=ACTOR, reason="가중치 오류")

    submission.refresh_from_db()
    assert (submission.state, submission.receipt.number != "") == (State.WITHDRAWN, True)
    with pytest.raises(TransitionError):
        actions.withdraw(submission, actor=ACTOR, reason="다시")
