"""Writes on programmes: each step checks, writes and records, or says why not."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.common.transitions import TransitionError
from portal.common.viewer import SYSTEM, Viewer
from portal.programmes import actions
from portal.programmes.errors import ProgrammeError
from portal.programmes.models import DeadlineChange, RuleSetVersion
from portal.programmes.ruleset import RuleSetError
from tests.factories.programmes import make_call, make_phase, rules_document

pytestmark = pytest.mark.django_db

OFFICER = Viewer(actor="user:1", user_id=1, roles=frozenset({"officer"}))
DECIDER = Viewer(actor="user:2", user_id=2, roles=frozenset({"decider"}))
TEAM = Viewer(actor="user:3", user_id=3, roles=frozenset({"team"}))


def events():
    return list(Event.objects.order_by("seq").values_list("action", flat=True))


def soon(days=5):
    return timezone.now() + timedelta(days=days)


def test_freezing_fixes_the_rules_and_records_the_digest():
    phase = make_phase()
    version = actions.freeze_rules(phase, actor=OFFICER)
    phase.refresh_from_db()
    assert (phase.state, phase.ruleset) == ("rules_frozen", version)
    assert version.frozen_at is not None
    event = Event.objects.get()
    assert (event.action, event.after["ruleset_digest"]) == ("rules.frozen", version.digest)


def test_freezing_twice_is_the_same_freeze():
    phase = make_phase()
    first = actions.freeze_rules(phase, actor=OFFICER)
    again = actions.freeze_rules(phase, actor=OFFICER)
    assert (again, again.frozen_at) == (first, first.frozen_at)
    assert events() == ["rules.frozen"]


def test_freezing_needs_rules():
    with pytest.raises(ProgrammeError):
        actions.freeze_rules(make_phase(ruleset=None), actor=OFFICER)


def test_freezing_after_submissions_opened_is_refused():
    with pytest.raises(TransitionError, match="'freeze_rules' is not possible in the state 'receiving'"):
        actions.freeze_rules(make_phase("receiving"), actor=OFFICER)


@pytest.mark.parametrize("actor", [TEAM, DECIDER, SYSTEM])
def test_only_an_officer_freezes(actor):
    with pytest.raises(PermissionDenied):
        actions.freeze_rules(make_phase(), actor=actor)


def test_the_database_holds_a_rule_set_fast():
    version = make_phase("rules_frozen").ruleset
    for change in ({"digest": "0" * 64}, {"frozen_at": None}, {"name": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RuleSetVersion.objects.filter(pk=version.pk).update(**change)
    draft = make_phase().ruleset
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleSetVersion.objects.filter(pk=draft.pk).update(document={})
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleSetVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_new_rules_are_a_new_version_and_the_same_rules_the_same():
    phase = make_phase()
    other = rules_document()
    other["tie_break"] = ["benchmark"]
    second = actions.propose_rules(phase, other, actor=OFFICER)
    assert (second.version, phase.ruleset) == (2, second)
    assert actions.propose_rules(phase, rules_document(), actor=OFFICER).version == 1
    assert actions.propose_rules(phase, rules_document(), actor=OFFICER).version == 1
    assert events() == ["rules.proposed", "rules.proposed"]


def test_rules_that_do_not_add_up_change_nothing():
    phase = make_phase()
    broken = rules_document()
    broken["points"] = 99
    with pytest.raises(RuleSetError, match=r"points: is 99, but its parts add up to 100"):
        actions.propose_rules(phase, broken, actor=OFFICER)
    assert (RuleSetVersion.objects.count(), events()) == (1, [])


def test_frozen_rules_take_no_proposal():
    with pytest.raises(ProgrammeError):
        actions.propose_rules(make_phase("rules_frozen"), rules_document(), actor=OFFICER)


def test_a_phase_walks_to_the_archive():
    phase = make_phase()
    steps = [
        ("freeze_rules", OFFICER), ("open_receiving", OFFICER), ("close_receiving", OFFICER), ("start_scoring", OFFICER),
        ("seal", OFFICER), ("record_tally", SYSTEM), ("decide", DECIDER), ("notify", OFFICER),
        ("open_objections", SYSTEM), ("finalise", DECIDER), ("archive", OFFICER),
    ]  # fmt: skip
    for event, actor in steps:
        actions.move_phase(phase, event, actor=actor, reason="예정보다 일찍 끝났다.")
    phase.refresh_from_db()
    assert phase.state == "archived"
    assert len(events()) == len(steps)


def test_a_step_outside_of_the_table_changes_nothing():
    phase = make_phase("scoring")
    with pytest.raises(TransitionError, match="'decide' is not possible in the state 'scoring'; possible here: seal"):
        actions.move_phase(phase, "decide", actor=DECIDER)
    phase.refresh_from_db()
    assert (phase.state, events()) == ("scoring", [])


def test_a_step_asks_for_the_role():
    with pytest.raises(PermissionDenied):
        actions.move_phase(make_phase("tallied"), "decide", actor=OFFICER)


def test_receiving_does_not_open_past_its_deadline():
    phase = make_phase("rules_frozen", closes_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(ProgrammeError):
        actions.move_phase(phase, "open_receiving", actor=OFFICER)


def test_closing_before_the_announced_deadline_needs_a_reason():
    phase = make_phase("receiving")
    with pytest.raises(ProgrammeError):
        actions.move_phase(phase, "close_receiving", actor=OFFICER)
    actions.move_phase(phase, "close_receiving", actor=OFFICER, reason="모든 팀이 제출을 마쳤다.")
    assert phase.state == "closed"


def test_reopening_needs_a_reason():
    with pytest.raises(ProgrammeError):
        actions.move_phase(make_phase("closed"), "reopen_receiving", actor=OFFICER, reason="  ")


def test_a_deadline_change_is_a_record_with_a_reason():
    phase = make_phase("receiving")
    before, after = phase.closes_at, soon(20)
    change = actions.change_deadline(phase, closes_at=after, reason="서버 장애로 56시간 연장", actor=OFFICER)
    assert (change.before, change.after, phase.closes_at) == (before, after, after)
    assert Event.objects.get().reason == "서버 장애로 56시간 연장"
    with pytest.raises(DatabaseError), transaction.atomic():
        DeadlineChange.objects.filter(pk=change.pk).update(reason="x")


@pytest.mark.parametrize(
    ("state", "days", "reason"),
    [("receiving", -1, "이유"), ("receiving", 20, " "), ("scoring", 20, "이유"), ("final", 20, "이유")],
)
def test_an_impossible_deadline_is_refused(state, days, reason):
    phase = make_phase(state)
    with pytest.raises(ProgrammeError):
        actions.change_deadline(phase, closes_at=soon(days), reason=reason, actor=OFFICER)
    assert events() == []


def test_a_deadline_before_the_opening_is_refused():
    phase = make_phase("rules_frozen", opens_at=soon(5), closes_at=soon(9))
    with pytest.raises(ProgrammeError):
        actions.change_deadline(phase, closes_at=soon(4), reason="이유", actor=OFFICER)


def test_a_call_opens_and_is_left_vacant():
    phase = make_phase("rules_frozen")
    call = actions.open_call(phase, seats=1, closes_at=soon(), reason="한 자리가 비었다.", actor=OFFICER)
    actions.move_call(call, "close", actor=SYSTEM)
    actions.move_call(call, "judge", actor=OFFICER)
    with pytest.raises(ProgrammeError):
        actions.move_call(call, "leave_vacant", actor=DECIDER)
    actions.move_call(call, "leave_vacant", actor=DECIDER, reason="과반에 이르지 못했다.")
    call.refresh_from_db()
    assert call.state == "left_vacant"
    assert events() == ["call.drafted", *["call.moved"] * 4]


@pytest.mark.parametrize(("seats", "days", "reason"), [(0, 5, "이유"), (1, -1, "이유"), (1, 5, "")])
def test_an_impossible_call_is_refused(seats, days, reason):
    with pytest.raises(ProgrammeError):
        actions.open_call(make_phase(), seats=seats, closes_at=soon(days), reason=reason, actor=OFFICER)


def test_a_call_cannot_be_filled_before_it_is_judged():
    with pytest.raises(TransitionError):
        actions.move_call(make_call(make_phase(), state="open"), "fill", actor=DECIDER)


def other_rules(**changes):
    return {**rules_document(), "tie_break": ["benchmark"], **changes}


def replaced(phase, version, *, actor=DECIDER, reason="합의한 개정"):
    return actions.replace_frozen_rules(phase, version=version, amendment="amendment:1", actor=actor, reason=reason)


def test_an_amendment_is_drafted_without_touching_the_phase():
    phase = make_phase("receiving")
    version = actions.draft_version(phase.programme, other_rules(), actor=OFFICER)
    phase.refresh_from_db()
    assert (version.version, version.frozen_at, phase.ruleset.version) == (2, None, 1)
    assert actions.draft_version(phase.programme, other_rules(), actor=OFFICER) == version
    assert events() == ["rules.drafted"]


def test_a_proposed_version_is_shown_once():
    version = actions.draft_version(make_phase("receiving").programme, other_rules(), actor=OFFICER)
    shown = actions.show_version(version, actor=OFFICER).shown_at
    assert shown is not None
    assert actions.show_version(version, actor=OFFICER).shown_at == shown
    assert events() == ["rules.drafted", "rules.shown"]


@pytest.mark.parametrize("state", ["rules_frozen", "receiving"])
def test_an_adopted_amendment_points_the_phase_to_the_new_rules(state):
    phase = make_phase(state)
    before, version = phase.ruleset, actions.draft_version(phase.programme, other_rules(), actor=OFFICER)
    for _ in range(2):  # the second time is the same replacement
        replaced(phase, version)
    phase.refresh_from_db()
    before.refresh_from_db()
    assert (phase.ruleset, phase.state) == (version, state)
    assert phase.ruleset.frozen_at is not None
    assert before.frozen_at is not None
    event = Event.objects.get(action="rules.replaced")
    assert event.before == {"ruleset_digest": before.digest}
    assert event.after == {"ruleset_digest": version.digest, "version": 2, "amendment": "amendment:1"}
    assert event.reason == "합의한 개정"


@pytest.mark.parametrize("state", ["drafted", "closed", "scoring", "final"])
def test_rules_are_replaced_only_before_receiving_closes(state):
    phase = make_phase(state)
    version = actions.draft_version(phase.programme, other_rules(), actor=OFFICER)
    with pytest.raises(TransitionError):
        replaced(phase, version)
    version.refresh_from_db()
    assert version.frozen_at is None


def test_a_replacement_needs_a_decider_a_reason_and_the_own_programme():
    phase = make_phase("receiving")
    version = actions.draft_version(phase.programme, other_rules(), actor=OFFICER)
    with pytest.raises(PermissionDenied):
        replaced(phase, version, actor=OFFICER)
    with pytest.raises(ProgrammeError):
        replaced(phase, version, reason=" ")
    with pytest.raises(ProgrammeError):
        replaced(phase, make_phase().ruleset)
    with pytest.raises(ProgrammeError):
        actions.move_phase(phase, "replace_rules", actor=DECIDER, reason="이유")
    phase.refresh_from_db()
    assert (phase.ruleset.version, events()) == (1, ["rules.drafted"])
