"""Teams propose benchmarks and target models; the rule is computed, and the result frozen with a digest."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from portal.audit.models import Event
from portal.common.formats.canonical import digest_of
from portal.common.transitions import TransitionError
from portal.common.viewer import viewer_of_user
from portal.consortia import actions
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import Proposal, ProposalResult, ProposalRound
from portal.consortia.selectors.proposals import choices_in, frozen_targets, names_are_open, target_items
from portal.letters.models import Letter
from tests.factories.accounts import make_user
from tests.factories.consortia import join, make_entry
from tests.factories.programmes import make_phase, make_programme, make_ruleset
from tests.factories.rules import acting, manager_of, own_target_document, source, speaker_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def phase():
    programme = make_programme()
    return make_phase("receiving", programme=programme, ruleset=make_ruleset(programme, document=own_target_document()))


@pytest.fixture
def entries(phase):
    return [make_entry(phase) for _ in range(3)]


@pytest.fixture
def officer():
    return acting("officer")


@pytest.fixture
def found(phase, entries, officer):
    return actions.open_proposals(phase, actor=officer)


def benchmark(entry, name="KMMLU", version="1.0"):
    return actions.propose_benchmark(entry, source=source(name, version), actor=speaker_of(entry))


def target(entry, score="80", number=0):
    row = target_items(entry.phase)[number]
    figure = actions.TargetFigure(row.part.key, row.item.key, "KMMLU", Decimal(score))
    return actions.propose_target(entry, source=source("목표 모델", "2025-12"), figure=figure, actor=speaker_of(entry))


def frozen(found, officer):
    actions.move_proposals(found, "close", actor=officer)
    return actions.freeze_proposals(found, actor=acting("decider"))


def test_the_rules_say_how_many_teams_take_a_benchmark(found):
    assert (found.minimum, found.state) == (2, "open")


def test_the_teams_are_asked_by_letter(found, entries, officer):
    assert set(Letter.objects.values_list("to", flat=True)) == {manager_of(entry).email for entry in entries}
    frozen(found, officer)
    actions.move_proposals(found, "reopen", actor=officer, reason="한 팀이 새로 합류했다.")
    assert Letter.objects.count() == 2 * len(entries)


def test_without_a_number_in_the_rules_it_is_three(officer):
    assert actions.open_proposals(make_phase("receiving"), actor=officer).minimum == 3


def test_a_benchmark_is_taken_when_enough_teams_proposed_it(found, entries):
    benchmark(entries[0])
    benchmark(entries[1], "kmmlu")
    benchmark(entries[2], "GPQA")
    slugs = sorted(entry.consortium.slug for entry in entries[:2])
    assert [(choice.name.upper(), list(choice.teams), choice.taken) for choice in choices_in(found)] == [
        ("KMMLU", slugs, True),
        ("GPQA", [entries[2].consortium.slug], False),
    ]


def test_a_team_that_left_does_not_count(found, entries):
    benchmark(entries[0])
    benchmark(entries[1])
    entries[1].state = "withdrawn"
    entries[1].save()
    assert [choice.taken for choice in choices_in(found)] == [False]


def test_a_benchmark_is_proposed_once_by_a_team_and_may_be_taken_back(found, entries):
    first = benchmark(entries[0])
    with pytest.raises(ConsortiumError):
        benchmark(entries[0], "K-MMLU")
    actions.withdraw_proposal(first, actor=speaker_of(entries[0]))
    actions.withdraw_proposal(first, actor=speaker_of(entries[0]))
    assert choices_in(found) == ()
    benchmark(entries[0])
    assert Event.objects.filter(action="proposal.withdrawn").count() == 1


def test_only_a_manager_of_the_team_proposes(found, entries):
    contributor = viewer_of_user(join(entries[0].consortium, user=make_user("team")).user)
    for actor in (contributor, speaker_of(entries[1]), acting("officer")):
        with pytest.raises(PermissionDenied):
            actions.propose_benchmark(entries[0], source=source(), actor=actor)


def test_names_stay_closed_until_the_round_closes(found, officer):
    assert not names_are_open(found)
    actions.move_proposals(found, "close", actor=officer)
    assert names_are_open(found)


def test_a_closed_round_takes_nothing(found, entries, officer):
    kept = benchmark(entries[0])
    actions.move_proposals(found, "close", actor=officer)
    with pytest.raises(ConsortiumError):
        benchmark(entries[1])
    with pytest.raises(ConsortiumError):
        actions.withdraw_proposal(kept, actor=speaker_of(entries[0]))


def test_the_result_is_frozen_with_its_digest(found, entries, officer, phase):
    benchmark(entries[0])
    target(entries[0], "80.5")
    result = frozen(found, officer)
    assert (result.version, result.digest) == (1, digest_of(result.document))
    assert frozen_targets(phase) == {("A", "individual", result.document["targets"][0]["item"]): "80.5"}
    assert ProposalRound.objects.get().state == "frozen"
    assert Event.objects.latest("seq").after["digest"] == result.digest


def test_whoever_closed_does_not_freeze(found):
    both = viewer_of_user(make_user("officer", "decider"))
    actions.move_proposals(found, "close", actor=both)
    with pytest.raises(PermissionDenied):
        actions.freeze_proposals(found, actor=both)


def test_an_open_round_is_not_frozen(found):
    with pytest.raises(TransitionError):
        actions.freeze_proposals(found, actor=acting("decider"))


def test_a_round_opened_again_makes_the_next_version(found, entries, officer, phase):
    first = frozen(found, officer)
    actions.move_proposals(found, "reopen", actor=officer, reason="한 팀이 새로 합류했다.")
    target(entries[1], "70")
    second = frozen(found, officer)
    assert (first.version, second.version) == (1, 2)
    assert list(frozen_targets(phase).values()) == ["70"]
    with pytest.raises(DatabaseError), transaction.atomic():
        ProposalResult.objects.filter(pk=first.pk).update(digest="0" * 64)


@pytest.mark.parametrize("score", ["0", "-1", "NaN", "Infinity", "1E+40"])
def test_a_target_without_a_score_above_zero_is_refused(found, entries, score):
    with pytest.raises(ConsortiumError):
        target(entries[0], score)
    assert not Proposal.objects.exists()


def test_a_target_is_asked_only_where_the_rules_leave_it_open(entries, officer):
    entry = make_entry(make_phase("receiving"))
    actions.open_proposals(entry.phase, actor=officer)
    assert target_items(entry.phase) == []
    figure = actions.TargetFigure("individual", "own1", "KMMLU", Decimal(80))
    with pytest.raises(ConsortiumError):
        actions.propose_target(entry, source=source(), figure=figure, actor=speaker_of(entry))


def test_one_target_per_item(found, entries):
    target(entries[0])
    with pytest.raises(ConsortiumError):
        target(entries[0], "90")


@pytest.mark.parametrize("state", ["drafted", "closed", "scoring", "final"])
def test_a_round_opens_between_freezing_and_closing(officer, state):
    with pytest.raises(ConsortiumError):
        actions.open_proposals(make_phase(state), actor=officer)


def test_a_phase_has_one_round(found, officer, phase):
    with pytest.raises(ConsortiumError):
        actions.open_proposals(phase, actor=officer)


def test_a_name_of_signs_alone_is_refused(found, entries):
    with pytest.raises(ConsortiumError):
        benchmark(entries[0], "---")


def test_a_source_that_is_no_address_on_the_web_is_refused(found, entries):
    script = source()._replace(url="javascript:alert(1)")
    with pytest.raises(ConsortiumError):
        actions.propose_benchmark(entries[0], source=script, actor=speaker_of(entries[0]))
