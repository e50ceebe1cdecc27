"""Frozen rules change by an amendment alone, after every team was heard, and by a second person."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.common.transitions import TransitionError
from portal.common.viewer import viewer_of_user
from portal.consortia import actions
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Amendment, AmendmentReply
from portal.consortia.selectors.amendments import answers_are_public, hearing_of, last_replies, unheard
from portal.letters.models import Letter
from tests.factories.accounts import make_user
from tests.factories.consortia import join, make_entry
from tests.factories.programmes import make_phase, make_ruleset, rules_document
from tests.factories.rules import acting, make_amendment, manager_of, speaker_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def phase():
    return make_phase("receiving")


@pytest.fixture
def entries(phase):
    return [make_entry(phase), make_entry(phase)]


@pytest.fixture
def amendment(phase, entries):
    return make_amendment(phase)


@pytest.fixture
def decider():
    return acting("decider")


def answer(amendment, entry, word="consent", text=""):
    return actions.answer_amendment(amendment, entry=entry, answer=word, text=text, actor=speaker_of(entry))


def due_now(amendment):
    Amendment.objects.filter(pk=amendment.pk).update(reply_due=timezone.now() - timedelta(minutes=1))


def test_a_proposal_shows_the_new_text_and_tells_every_team(amendment, entries):
    amendment.after.refresh_from_db()
    assert (amendment.number, amendment.state, amendment.before) == (1, "proposed", entries[0].ruleset)
    assert (amendment.after.shown_at is not None, amendment.after.frozen_at) == (True, None)
    assert set(Letter.objects.values_list("to", flat=True)) == {manager_of(entry).email for entry in entries}
    assert Event.objects.latest("seq").action == "amendment.proposed"


def test_adopting_moves_the_phase_and_every_entry(amendment, entries, phase, decider):
    for entry in entries:
        answer(amendment, entry)
    withdrawn = make_entry(phase, state="withdrawn")
    actions.adopt_amendment(amendment, actor=decider, reason="모든 팀이 동의했다.")
    for row in (phase, *entries, withdrawn):
        row.refresh_from_db()
    amendment.refresh_from_db()
    assert {phase.ruleset, *(entry.ruleset for entry in entries)} == {amendment.after}
    assert withdrawn.ruleset == amendment.before
    assert amendment.after.frozen_at is not None
    assert (amendment.state, amendment.ruled_by) == ("adopted", decider.actor)
    assert Event.objects.latest("seq").after["answers"] == {"A": "consent", "B": "consent"}


def test_an_objection_stands_in_the_record_and_does_not_veto(amendment, entries, decider):
    answer(amendment, entries[0], "objection", "정족수가 지나치게 높다.")
    answer(amendment, entries[1])
    actions.adopt_amendment(amendment, actor=decider, reason="이의를 검토했으나 필요하다.")
    assert [heard.reply.answer for heard in hearing_of(amendment)] == ["objection", "consent"]


def test_a_team_that_has_not_answered_is_waited_for(amendment, entries, decider):
    answer(amendment, entries[0])
    with pytest.raises(ConsortiumError):
        actions.adopt_amendment(amendment, actor=decider, reason="서두른다.")
    assert unheard(amendment) == [entries[1]]
    due_now(amendment)
    actions.adopt_amendment(amendment, actor=decider, reason="회신 기한이 지났다.")


def test_whoever_proposed_does_not_adopt(phase, entries):
    both = viewer_of_user(make_user("officer", "decider"))
    amendment = make_amendment(phase, actor=both)
    due_now(amendment)
    with pytest.raises(PermissionDenied):
        actions.adopt_amendment(amendment, actor=both, reason="이유")
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(state="adopted", ruled_by=both.actor)


def test_an_officer_does_not_adopt(amendment):
    due_now(amendment)
    with pytest.raises(PermissionDenied):
        actions.adopt_amendment(amendment, actor=acting("officer"), reason="이유")


def test_an_answer_can_change_until_it_is_due(amendment, entries):
    answer(amendment, entries[0])
    answer(amendment, entries[0])
    answer(amendment, entries[0], "objection", "다시 검토했다.")
    assert AmendmentReply.objects.count() == 2
    assert last_replies(amendment)[entries[0].pk].answer == "objection"
    due_now(amendment)
    with pytest.raises(ConsortiumError):
        answer(amendment, entries[0])


def test_an_objection_without_a_reason_is_refused(amendment, entries):
    with pytest.raises(ConsortiumError):
        answer(amendment, entries[0], "objection", "  ")


def test_only_a_manager_of_that_team_answers(amendment, entries):
    contributor = join(entries[0].consortium, user=make_user("team")).user
    for actor in (viewer_of_user(contributor), speaker_of(entries[1]), acting("officer")):
        with pytest.raises(PermissionDenied):
            actions.answer_amendment(amendment, entry=entries[0], answer="consent", text="", actor=actor)


def test_a_team_of_another_phase_does_not_answer(amendment):
    with pytest.raises(ConsortiumError):
        answer(amendment, make_entry(make_phase("receiving")))


def test_answers_stay_closed_while_teams_may_answer(amendment, decider):
    assert not answers_are_public(amendment)
    actions.drop_amendment(amendment, actor=decider, reason="철회한다.")
    assert answers_are_public(amendment)


def test_a_dropped_amendment_changes_nothing_and_makes_room(amendment, phase, decider):
    actions.drop_amendment(amendment, actor=decider, reason="철회한다.")
    phase.refresh_from_db()
    assert phase.ruleset == amendment.before
    with pytest.raises(TransitionError):
        actions.adopt_amendment(amendment, actor=decider, reason="이유")
    document = rules_document()
    document["parts"][3]["panel"]["quorum"] = 9
    after = make_ruleset(phase.programme, document=document, frozen=False)
    due = timezone.now() + timedelta(days=1)
    second = actions.propose_amendment(phase, after=after, reply_due=due, reason="다시", actor=acting("officer"))
    assert second.number == 2


@pytest.mark.parametrize("state", ["drafted", "closed", "scoring", "final"])
def test_rules_are_amended_between_freezing_and_closing(state):
    with pytest.raises(ConsortiumError):
        make_amendment(make_phase(state))


def test_one_amendment_at_a_time(amendment, phase):
    with pytest.raises(ConsortiumError):
        actions.propose_amendment(
            phase, after=amendment.after, reply_due=amendment.reply_due, reason="이유", actor=acting("officer")
        )


@pytest.mark.parametrize(("days", "reason"), [(-1, "이유"), (20, "이유"), (2, " ")])
def test_an_impossible_proposal_is_refused(phase, days, reason):
    document = rules_document()
    document["parts"][3]["panel"]["quorum"] = 8
    after = make_ruleset(phase.programme, document=document, frozen=False)
    due = timezone.now() + timedelta(days=days)
    with pytest.raises(ConsortiumError):
        actions.propose_amendment(phase, after=after, reply_due=due, reason=reason, actor=acting("officer"))


def test_the_rules_as_they_are_or_of_another_programme_are_no_amendment(phase):
    due = timezone.now() + timedelta(days=1)
    for after in (phase.ruleset, make_phase("receiving").ruleset):
        with pytest.raises(ConsortiumError):
            actions.propose_amendment(phase, after=after, reply_due=due, reason="이유", actor=acting("officer"))


def test_an_answer_is_never_edited(amendment, entries):
    reply = answer(amendment, entries[0])
    with pytest.raises(DatabaseError), transaction.atomic():
        AmendmentReply.objects.filter(pk=reply.pk).update(answer="objection")
    with pytest.raises(DatabaseError), transaction.atomic():
        reply.delete()
