"""Several people at once, with real transactions: one of them succeeds, the others are told, and nothing stands twice."""

from datetime import timedelta

import pytest

from portal.consortia import actions
from portal.consortia.models import AdvanceRuling, Amendment, AmendmentReply, GrantVersion, Proposal, ProposalResult
from tests.at_once import outcomes_of
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase, make_programme, make_ruleset
from tests.factories.rules import (
    acting,
    grant_facts,
    make_amendment,
    make_grant,
    make_question,
    own_target_document,
    source,
    speaker_of,
)

PEOPLE = 4


ONE_OF_THEM = ["done", *["refused"] * (PEOPLE - 1)]


@pytest.fixture
def entry(fresh_database):
    programme = make_programme()
    ruleset = make_ruleset(programme, document=own_target_document())
    return make_entry(make_phase("receiving", programme=programme, ruleset=ruleset))


def test_an_amendment_is_adopted_once(entry):
    amendment = make_amendment(entry.phase)
    actions.answer_amendment(amendment, entry=entry, answer="consent", text="", actor=speaker_of(entry))
    deciders = [acting("decider") for _ in range(PEOPLE)]
    acts = [
        lambda actor=actor: actions.adopt_amendment(Amendment.objects.get(), actor=actor, reason="동의")
        for actor in deciders
    ]
    assert outcomes_of(*acts) == ONE_OF_THEM
    assert Amendment.objects.get().state == "adopted"


def test_one_amendment_is_proposed(entry):
    documents = []
    for quorum in (6, 7, 8, 9):
        documents.append(own_target_document())
        documents[-1]["parts"][3]["panel"]["quorum"] = quorum
    due = entry.phase.closes_at - timedelta(days=2)
    officers = [acting("officer") for _ in documents]
    acts = [
        lambda document=document, actor=actor: actions.propose_amended_text(
            entry.phase, document=document, reply_due=due, reason="이유", actor=actor
        )
        for document, actor in zip(documents, officers, strict=True)
    ]
    assert outcomes_of(*acts) == ONE_OF_THEM
    assert (Amendment.objects.count(), entry.phase.programme.rulesets.count()) == (1, 2)


def test_the_same_answer_sent_many_times_is_one(entry):
    amendment, speaker = make_amendment(entry.phase), speaker_of(entry)
    acts = [
        lambda: actions.answer_amendment(amendment, entry=entry, answer="consent", text="", actor=speaker)
    ] * PEOPLE  # fmt: skip
    assert outcomes_of(*acts) == ["done"] * PEOPLE
    assert AmendmentReply.objects.count() == 1


def test_a_benchmark_sent_many_times_is_one(entry):
    actions.open_proposals(entry.phase, actor=acting("officer"))
    speaker = speaker_of(entry)
    acts = [lambda: actions.propose_benchmark(entry, source=source(), actor=speaker)] * PEOPLE
    assert outcomes_of(*acts) == ONE_OF_THEM
    assert Proposal.objects.count() == 1


def test_a_result_is_frozen_once(entry):
    found = actions.open_proposals(entry.phase, actor=acting("officer"))
    actions.move_proposals(found, "close", actor=acting("officer"))
    deciders = [acting("decider") for _ in range(PEOPLE)]
    acts = [lambda actor=actor: actions.freeze_proposals(found, actor=actor) for actor in deciders]
    assert outcomes_of(*acts) == ONE_OF_THEM
    assert ProposalResult.objects.count() == 1


def test_a_question_is_ruled_once(entry):
    question = make_question(entry)
    officers = [acting("officer") for _ in range(PEOPLE)]
    acts = [
        lambda actor=actor: actions.give_ruling(
            question, verdict="allowed", published="확장한 토크나이저", reason="이유", actor=actor
        )
        for actor in officers
    ]
    assert outcomes_of(*acts) == ONE_OF_THEM
    assert AdvanceRuling.objects.count() == 1


def test_a_row_of_the_ledger_is_corrected_once(fresh_database):
    grant = make_grant(make_programme(), make_consortium())
    officers = [acting("officer") for _ in range(PEOPLE)]
    acts = [
        lambda actor=actor: actions.correct_grant(
            grant, facts=grant_facts(cards=16), reason="대수가 틀렸다.", actor=actor, seen=1
        )
        for actor in officers
    ]
    assert outcomes_of(*acts) == ONE_OF_THEM
    assert GrantVersion.objects.count() == 2
