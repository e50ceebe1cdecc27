"""Whoever belongs to a consortium of the programme decides nothing in it, whatever the role."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from portal.common.viewer import viewer_of_user
from portal.consortia import actions, policies
from tests.factories.accounts import make_user
from tests.factories.consortia import join, make_entry
from tests.factories.programmes import make_phase
from tests.factories.rules import acting, grant_facts, make_amendment, make_grant, make_outage, make_question

pytestmark = pytest.mark.django_db


def amend(entry, actor):
    make_amendment(entry.phase, actor=actor)


def adopt(entry, actor):
    amendment = make_amendment(entry.phase)
    amendment.reply_due = timezone.now() - timedelta(minutes=1)
    amendment.save()
    actions.adopt_amendment(amendment, actor=actor, reason="이유")


def drop(entry, actor):
    actions.drop_amendment(make_amendment(entry.phase), actor=actor, reason="이유")


def open_round(entry, actor):
    actions.open_proposals(entry.phase, actor=actor)


def close_round(entry, actor):
    found = actions.open_proposals(entry.phase, actor=acting("officer"))
    actions.move_proposals(found, "close", actor=actor)


def freeze_round(entry, actor):
    found = actions.open_proposals(entry.phase, actor=acting("officer"))
    actions.move_proposals(found, "close", actor=acting("officer"))
    actions.freeze_proposals(found, actor=actor)


def rule(entry, actor):
    question = make_question(entry)
    actions.give_ruling(question, verdict="allowed", published="질의", reason="이유", actor=actor)


def set_deadline(entry, actor):
    later = timezone.now() + timedelta(days=5)
    actions.set_entry_deadline(entry, deadline=later, actor=actor, reason="이유")


def grant(entry, actor):
    make_grant(entry.phase.programme, entry.consortium, actor=actor)


def correct(entry, actor):
    held = make_grant(entry.phase.programme, entry.consortium)
    actions.correct_grant(held, facts=grant_facts(cards=16), reason="이유", actor=actor, seen=1)


def record_outage(entry, actor):
    make_outage(make_grant(entry.phase.programme, entry.consortium), actor=actor)


def correct_outage(entry, actor):
    outage = make_outage(make_grant(entry.phase.programme, entry.consortium))
    actions.correct_outage(outage, facts=None, reason="이유", actor=actor, seen=1)


ACTS = [amend, adopt, drop, open_round, close_round, freeze_round, rule, set_deadline, grant, correct, record_outage,
        correct_outage]  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_a_member_with_a_role_is_no_outsider(act):
    entry = make_entry(make_phase("receiving"))
    member = make_user("officer", "decider")
    join(make_entry(entry.phase).consortium, user=member)
    with pytest.raises(PermissionDenied):
        act(entry, viewer_of_user(member))


@pytest.mark.parametrize("act", ACTS)
def test_a_member_of_no_consortium_acts(act):
    act(make_entry(make_phase("receiving")), viewer_of_user(make_user("officer", "decider")))


def doors(entry):
    question = make_question(entry)
    return [
        (policies.reads_entry, {"entry": entry.pk}),
        (policies.sees_question, {"question_id": question.pk}),
        (policies.sees_questions, {"phase_id": entry.phase_id}),
        (policies.sees_proposals, {"phase_id": entry.phase_id}),
        (policies.oversees_phase, {"phase_id": entry.phase_id}),
        (policies.oversees_amendment, {"amendment_id": make_amendment(entry.phase).pk}),
        (policies.sets_entry_deadline, {"entry_id": entry.pk}),
    ]


def test_a_member_with_a_role_reads_nothing_of_the_rivals_and_an_outsider_does():
    entry = make_entry(make_phase("receiving"))
    member, outsider = make_user("officer", "auditor"), make_user("officer", "auditor")
    join(make_entry(entry.phase).consortium, user=member)
    rules = doors(entry)

    assert [rule(viewer_of_user(outsider), **at).allowed for rule, at in rules] == [True] * len(rules)
    assert [rule(viewer_of_user(member), **at).allowed for rule, at in rules] == [False] * len(rules)
