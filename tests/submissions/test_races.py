"""Several at once, with real transactions: one receipt, one item, one arrival; nothing lapses that was just taken back."""

import pytest

from portal.audit.models import Event
from portal.submissions import actions
from portal.submissions.enums import Role, State
from portal.submissions.models import Receipt, Submission, SubmissionItem
from tests.at_once import at_once
from tests.factories.artifacts import write_weights
from tests.factories.submissions import (
    ACTOR,
    bundle_of,
    complete_draft,
    declared_checkpoint,
    handed_in_ahead,
    receiving_entry,
)

HANDS = 4

pytestmark = pytest.mark.usefixtures("fresh_database")


def test_a_hand_in_clicked_at_once_issues_one_receipt(tmp_path):
    draft = complete_draft(receiving_entry(), tmp_path)

    outcomes = at_once(*[lambda: actions.submit(draft, actor=ACTOR).number] * HANDS)

    assert (len(set(outcomes)), Receipt.objects.count()) == (1, 1)
    assert Event.objects.filter(action="submission.submitted").count() == 1


def test_an_upload_put_into_a_draft_at_once_is_one_item(tmp_path):
    entry = receiving_entry()
    draft, upload = actions.open_draft(entry, actor=ACTOR), declared_checkpoint(entry, tmp_path)

    at_once(*[lambda: actions.add_upload(draft, role=Role.CHECKPOINT, upload=upload, actor=ACTOR)] * HANDS)

    assert SubmissionItem.objects.filter(submission=draft).count() == 1
    assert Event.objects.filter(action="submission.item_added").count() == 1


def test_an_arrival_and_a_withdrawal_at_once_leave_one_story(tmp_path):
    entry = receiving_entry()
    pk = handed_in_ahead(entry, tmp_path).submission_id
    write_weights(tmp_path / "same" / "model.safetensors", seed=9)
    bundle_of(entry, tmp_path / "same", {})
    row = Submission.objects.get(pk=pk)

    outcomes = at_once(
        *[lambda: actions.settle(pk)] * HANDS, lambda: actions.withdraw(row, actor=ACTOR, reason="설정 오류")
    )

    told = Event.objects.filter(subject=f"submission:{pk}").values_list("action", flat=True)
    arrived = [action for action in told if action == "submission.arrived"]
    assert (outcomes.count(True), outcomes.count(None)) == (len(arrived), 1), outcomes
    assert (Submission.objects.get(pk=pk).state, len(arrived) <= 1) == (State.WITHDRAWN, True)
