"""A version that was handed in by its declared digests: it counts when its bytes are here in time, or lapses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from evaluation.errors import UnknownSuiteError
from portal.artifacts.actions import begin_check, cancel_upload, complete_upload, set_limit
from portal.artifacts.models import Upload
from portal.audit.models import Event
from portal.letters.models import Letter
from portal.submissions import actions
from portal.submissions.enums import Role, State
from portal.submissions.models import Submission
from portal.submissions.selectors import bytes_due_of, checklist, current_submission, outstanding, window_of
from portal.submissions.tasks import request_due_runs
from tests.factories.accounts import make_user
from tests.factories.artifacts import declare, send_all, write_weights
from tests.factories.consortia import make_consortium
from tests.factories.submissions import ACTOR, complete_draft, graceful_entry, handed_in
from tests.submissions.test_actions import refusal_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def small_parts(settings):
    settings.UPLOADS = {"min_part_size": 1, "disk_reserve_bytes": 0}


@pytest.fixture
def entry():
    now = timezone.now()
    team = make_consortium(manager=make_user("team"))
    return graceful_entry(grace_hours=24, consortium=team, opens_at=now - 9 * HOUR, closes_at=now + HOUR)


@pytest.fixture
def files(tmp_path):
    return {"model.safetensors": write_weights(tmp_path / "late" / "m.safetensors", seed=9).read_bytes()}


def declared(entry, files) -> Upload:
    return declare(files, owner=entry.consortium.account_key, part_size=1000)


def awaiting(entry, files, tmp_path) -> tuple[Submission, Upload]:
    """Hand in a version whose checkpoint is declared only."""
    draft, upload = complete_draft(entry, tmp_path), declared(entry, files)
    actions.add_upload(draft, role=Role.CHECKPOINT, upload=upload, actor=ACTOR)
    return actions.submit(draft, actor=ACTOR).submission, upload


def pass_the(moment, entry):
    """Move the deadline so that `moment` ("deadline" or "grace") has just passed."""
    back = timedelta(seconds=1) + (window_of(entry).bytes_due - window_of(entry).deadline) * (moment == "grace")
    entry.phase.closes_at = timezone.now() - back
    entry.phase.opens_at = entry.phase.closes_at - HOUR
    entry.phase.save()


def state_of(submission):
    return Submission.objects.get(pk=submission.pk).state


def test_a_declared_checkpoint_is_handed_in_and_the_receipt_says_what_is_outstanding(entry, files, tmp_path):
    submission, upload = awaiting(entry, files, tmp_path)

    assert (submission.state, submission.whole_at, current_submission(entry)) == (State.AWAITING, None, None)
    document = submission.receipt.document
    assert document["outstanding"] == [upload.digest]
    assert document["bytes_due"] == bytes_due_of(entry).astimezone(timezone.get_default_timezone()).isoformat(
        timespec="seconds"
    )
    assert [row["sha256"] for row in document["files"] if row["bundle"] == upload.digest] == [
        entry.sha256 for entry in upload.plan.files
    ]


def test_it_counts_when_its_bytes_are_here(entry, files, tmp_path):
    first = handed_in(entry, tmp_path / "first", seed=4).submission
    submission, upload = awaiting(entry, files, tmp_path)
    pass_the("deadline", entry)
    assert actions.settle_outstanding() == 0
    assert current_submission(entry) == first

    send_all(upload, files)
    bundle = complete_upload(upload, actor=ACTOR)
    again = actions.add_upload(submission, role=Role.CHECKPOINT, upload=upload, actor=ACTOR)
    assert again.submission == submission, "a client repeats its command to send what is outstanding"

    assert (actions.settle_outstanding(), actions.settle_outstanding()) == (1, 0)
    assert (state_of(submission), state_of(first)) == (State.SUBMITTED, State.REPLACED)
    assert submission.items.get(role=Role.CHECKPOINT).bundle == bundle
    assert Event.objects.filter(action="submission.arrived", subject=f"submission:{submission.pk}").count() == 1
    assert Letter.objects.filter(kind="handin_arrived").count() == 1


def test_it_lapses_when_they_do_not_come_and_the_version_before_it_counts(entry, files, tmp_path):
    first = handed_in(entry, tmp_path / "first", seed=4).submission
    submission, upload = awaiting(entry, files, tmp_path)
    pass_the("grace", entry)

    assert (actions.settle_outstanding(), actions.settle_outstanding()) == (1, 0)
    assert (state_of(submission), current_submission(entry)) == (State.LAPSED, first)
    absent = Event.objects.get(action="submission.lapsed").after["absent"]
    assert absent == [{"role": "checkpoint", "bundle": upload.digest}]
    letter = Letter.objects.get(kind="handin_lapsed")
    assert (f"version {submission.version} " in letter.body, f"Version {first.version}," in letter.body) == (True, True)


def test_bytes_after_the_grace_are_too_late_even_if_nobody_looked(entry, files, tmp_path):
    submission, upload = awaiting(entry, files, tmp_path)
    pass_the("grace", entry)
    send_all(upload, files)
    complete_upload(upload, actor=ACTOR)

    actions.settle_outstanding()

    assert state_of(submission) == State.LAPSED


@pytest.mark.parametrize("state", ["declared", "checking", "complete"])
def test_the_time_of_our_own_checks_is_not_the_teams(entry, files, tmp_path, state):
    submission, upload = awaiting(entry, files, tmp_path)
    send_all(upload, files)
    Upload.objects.filter(pk=upload.pk).update(received_at=timezone.now() - HOUR * 25)
    entry.phase.opens_at = timezone.now() - HOUR * 99
    entry.phase.closes_at = timezone.now() - HOUR * 24 - timedelta(minutes=1)
    entry.phase.save()
    if state == "checking":
        begin_check(upload, actor=ACTOR)
    if state == "complete":
        complete_upload(upload, actor=ACTOR)

    actions.settle_outstanding()

    assert state_of(submission) == (State.SUBMITTED if state == "complete" else State.AWAITING)
    if state == "declared":
        assert Upload.objects.get(pk=upload.pk).state == "checking", "nobody had asked for the check"


def test_two_versions_may_wait_and_each_counts_when_it_is_whole(entry, files, tmp_path):
    second, late = awaiting(entry, files, tmp_path)
    third = handed_in(entry, tmp_path / "third", seed=7).submission
    assert (state_of(second), state_of(third)) == (State.REPLACED, State.SUBMITTED)

    other = {"model.safetensors": write_weights(tmp_path / "o" / "m.safetensors", seed=11).read_bytes()}
    fourth, _ = awaiting(entry, other, tmp_path / "fourth")
    send_all(late, files)
    complete_upload(late, actor=ACTOR)
    assert actions.settle_outstanding() == 0, "a version that was replaced stays so"
    assert (state_of(third), state_of(fourth)) == (State.SUBMITTED, State.AWAITING)


def test_bytes_by_another_upload_of_the_same_files_count(entry, files, tmp_path):
    submission, upload = awaiting(entry, files, tmp_path)
    cancel_upload(upload, actor=ACTOR)
    again = declared(entry, files)
    send_all(again, files)
    complete_upload(again, actor=ACTOR)

    actions.settle_outstanding()

    assert (again.pk != upload.pk, state_of(submission)) == (True, State.SUBMITTED)


def test_nothing_is_measured_while_a_later_version_waits(entry, files, tmp_path):
    handed_in(entry, tmp_path / "first", seed=4)
    submission, _ = awaiting(entry, files, tmp_path)
    pass_the("deadline", entry)
    entry.phase.state = "closed"
    entry.phase.save()
    assert (request_due_runs(), actions.request_runs(submission)) == (0, [])

    Submission.objects.filter(pk=submission.pk).update(state=State.LAPSED)

    with pytest.raises(UnknownSuiteError):  # it would be measured now: no suite is loaded here
        request_due_runs()


def test_a_version_that_waits_can_be_withdrawn(entry, files, tmp_path):
    submission, _ = awaiting(entry, files, tmp_path)

    actions.withdraw(submission, actor=ACTOR, reason="설정 오류")

    assert (state_of(submission), actions.settle_outstanding()) == (State.WITHDRAWN, 0)


def test_bytes_that_came_before_the_hand_in_make_it_whole_at_once(entry, files, tmp_path):
    draft, upload = complete_draft(entry, tmp_path), declared(entry, files)
    item = actions.add_upload(draft, role=Role.CHECKPOINT, upload=upload, actor=ACTOR, step=1)
    assert ([row.pk for row in outstanding(draft)], item.bundle) == ([item.pk], None)
    send_all(upload, files)
    complete_upload(upload, actor=ACTOR)

    submission = actions.submit(draft, actor=ACTOR).submission

    assert (submission.state, submission.receipt.document["outstanding"]) == (State.SUBMITTED, [])


def test_without_a_deadline_they_are_awaited_until_receiving_closes(entry, files, tmp_path):
    entry.phase.opens_at = entry.phase.closes_at = None
    entry.phase.save()
    submission, _ = awaiting(entry, files, tmp_path)
    assert (submission.receipt.document["bytes_due"], actions.settle_outstanding()) == (None, 0)

    entry.phase.state = "closed"
    entry.phase.save()

    assert (actions.settle_outstanding(), state_of(submission)) == (1, State.LAPSED)


def test_a_moved_deadline_moves_the_bytes_too(entry, files, tmp_path):
    submission, _ = awaiting(entry, files, tmp_path)
    pass_the("grace", entry)
    entry.phase.closes_at = timezone.now() + HOUR
    entry.phase.save()

    assert (actions.settle_outstanding(), state_of(submission)) == (0, State.AWAITING)


@pytest.mark.parametrize("way", [cancel_upload])
def test_an_upload_that_was_given_up_is_not_put_into_a_draft(entry, files, way):
    draft = actions.open_draft(entry, actor=ACTOR)
    upload = way(declared(entry, files), actor=ACTOR)

    assert refusal_of(actions.add_upload, draft, role=Role.CHECKPOINT, upload=upload, actor=ACTOR) == "not_open"


def test_a_component_declaration_needs_its_bytes(entry):
    draft = actions.open_draft(entry, actor=ACTOR)
    upload = declared(entry, {"bom.json": b"{}"})

    code = refusal_of(actions.add_upload, draft, role=Role.COMPONENT_DECLARATION, upload=upload, actor=ACTOR)

    assert code == "incomplete_upload"


def test_other_numbers_are_taken_and_the_same_change_nothing(entry, files):
    draft, upload = actions.open_draft(entry, actor=ACTOR), declared(entry, files)
    for step in (1, 2, 2):
        item = actions.add_upload(draft, role=Role.INITIAL_CHECKPOINT, upload=upload, actor=ACTOR, step=step)

    assert (item.step, draft.items.count()) == (2, 1)


def test_the_checklist_says_how_far_the_bytes_are(entry, files):
    draft, upload = actions.open_draft(entry, actor=ACTOR), declared(entry, files)
    actions.add_upload(draft, role=Role.CHECKPOINT, upload=upload, actor=ACTOR)
    line = next(row for row in checklist(draft) if row.role == Role.CHECKPOINT).items[0]
    assert (line.standing.is_stored, line.standing.explanation[:1]) == (False, "0")

    send_all(upload, files)
    complete_upload(upload, actor=ACTOR)

    line = next(row for row in checklist(draft) if row.role == Role.CHECKPOINT).items[0]
    assert (line.standing.is_stored, line.standing.tone) == (True, "success")


def test_a_quota_lowered_midway_keeps_what_was_promised(entry, files, tmp_path):
    """The reservation was made when it was declared; only a new declaration meets the new limit."""
    submission, upload = awaiting(entry, files, tmp_path)
    set_limit(upload.owner, limit=1, actor=ACTOR, reason="공간 부족")

    send_all(upload, files)
    complete_upload(upload, actor=ACTOR)
    actions.settle_outstanding()

    assert state_of(submission) == State.SUBMITTED
    with pytest.raises(Exception, match="do not fit"):
        declared(entry, {"more.json": b"[]"})
