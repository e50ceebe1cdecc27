"""A team asks about a component before it uses it; the ruling binds the phase and is published without names."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from portal.audit.models import Event
from portal.common.transitions import TransitionError
from portal.consortia import actions
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import AdvanceRuling, ComponentQuestion
from portal.consortia.selectors.rulings import questions_by, rulings_in
from portal.letters.models import Letter
from tests.factories.consortia import make_entry
from tests.factories.programmes import make_phase
from tests.factories.rules import acting, manager_of, speaker_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return make_entry(make_phase("receiving"))


@pytest.fixture
def question(entry):
    return ask(entry)


def ask(entry, component="tokenizer", text="공개 토크나이저를 확장해 써도 됩니까?"):
    return actions.ask_ruling(entry, component=component, text=text, actor=speaker_of(entry))


def rule(question, **changes):
    words = {"verdict": "declare", "published": "공개 토크나이저를 확장해 쓰는 경우", "reason": "출처를 신고하면 된다."}
    return actions.give_ruling(question, actor=acting("officer"), **{**words, **changes})


def test_a_ruling_is_public_for_the_phase_and_told_to_the_team(question, entry):
    ruling = rule(question)
    assert [(row.number, row.verdict) for row in rulings_in(entry.phase)] == [(1, "declare")]
    assert questions_by(entry).get().ruling == ruling
    assert Letter.objects.get().to == manager_of(entry).email
    assert Event.objects.latest("seq").after["verdict"] == "declare"


def test_a_ruling_is_given_once(question):
    rule(question)
    with pytest.raises(TransitionError):
        rule(question, verdict="forbidden")
    ruling = AdvanceRuling.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        AdvanceRuling.objects.filter(pk=ruling.pk).update(verdict="allowed")


@pytest.mark.parametrize("text", ["{name}에서 묻는다.", "{short}의 토크나이저", "{institution}이 만든 토크나이저"])
def test_a_text_that_names_the_team_is_not_published(question, entry, text):
    lead = entry.consortium.places.get(role="lead").institution.name_ko
    names = {"name": entry.consortium.name_ko, "short": entry.consortium.name_ko.split()[0], "institution": lead}
    with pytest.raises(ConsortiumError, match=names["short"]) if "short" in text else pytest.raises(ConsortiumError):
        rule(question, published=text.format(**names))
    with pytest.raises(ConsortiumError):
        rule(question, reason=text.format(**names))
    assert not AdvanceRuling.objects.exists()


@pytest.mark.parametrize("changes", [{"verdict": "perhaps"}, {"published": " "}])
def test_an_incomplete_ruling_is_refused(question, changes):
    with pytest.raises(ConsortiumError):
        rule(question, **changes)


def test_a_team_does_not_rule(question, entry):
    with pytest.raises(PermissionDenied):
        actions.give_ruling(question, verdict="allowed", published="x", reason="y", actor=speaker_of(entry))


def test_the_same_question_twice_is_one(entry):
    assert ask(entry) == ask(entry)
    assert ComponentQuestion.objects.count() == 1


@pytest.mark.parametrize(("component", "text"), [("hovercraft", "질문"), ("tokenizer", "  ")])
def test_an_impossible_question_is_refused(entry, component, text):
    with pytest.raises(ConsortiumError):
        ask(entry, component, text)


def test_a_question_is_asked_by_its_own_team(entry):
    with pytest.raises(PermissionDenied):
        actions.ask_ruling(entry, component="tokenizer", text="질문", actor=speaker_of(make_entry(entry.phase)))


def test_a_question_can_be_taken_back_before_it_is_ruled(question, entry):
    actions.withdraw_question(question, actor=speaker_of(entry))
    with pytest.raises(TransitionError):
        rule(question)


@pytest.mark.parametrize("state", ["drafted", "scoring", "final"])
def test_nothing_is_asked_once_scoring_began(state):
    with pytest.raises((ConsortiumError, IntegrityError)):
        ask(make_entry(make_phase(state)))
