"""What the pages of amendments, proposals, rulings and deadlines do and hide, beyond who may open them (tests/access)."""

from datetime import timedelta

import pytest
import yaml
from django.urls import reverse
from django.utils import timezone

from portal.consortia import actions
from portal.consortia.models import AdvanceRuling, Amendment, ComponentQuestion, Entry, Proposal, ProposalRound
from portal.programmes.models import RuleSetVersion
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import join, make_entry
from tests.factories.programmes import make_phase, make_programme, make_ruleset
from tests.factories.rules import (
    acting,
    make_amendment,
    make_question,
    make_ruling,
    manager_of,
    own_target_document,
    propose_target,
    source,
    speaker_of,
)

pytestmark = pytest.mark.django_db
SOURCE = {
    "name": "KMMLU",
    "version": "1.0",
    "url": "https://example.org/kmmlu",
    "dated": "2025-12-01",
    "metric": "accuracy",
}


@pytest.fixture
def phase():
    programme = make_programme()
    return make_phase("receiving", programme=programme, ruleset=make_ruleset(programme, document=own_target_document()))


@pytest.fixture
def entry(phase):
    return make_entry(phase)


@pytest.fixture
def as_team(client, entry):
    return sign_in(client, manager_of(entry))


@pytest.fixture
def as_officer(client):
    return sign_in(client, make_user("officer"))


def url(name, **kwargs):
    return reverse(name, kwargs=kwargs)


def local(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def amended(quorum=8):
    document = own_target_document()
    document["parts"][3]["panel"]["quorum"] = quorum
    return yaml.safe_dump(document, allow_unicode=True)


def amendment_data(**changes):
    due = local(timezone.now() + timedelta(days=3))
    return {"document": amended(), "reply_due": due, "reason": "정족수를 고친다.", **changes}


def test_an_officer_proposes_by_editing_the_present_text(as_officer, phase, entry):
    page = url("ops_consortia:amendments", phase_id=phase.pk)
    assert "proposed_by: 2" in as_officer.get(page).content.decode()
    assert as_officer.post(page, amendment_data()).status_code == 302
    assert Amendment.objects.get().after.document["parts"][3]["panel"]["quorum"] == 8


@pytest.mark.parametrize(
    "changes",
    [
        {"document": amended(quorum=99)},
        {"document": "parts: [\n"},
        {"document": ""},
        {"reply_due": "2020-01-01T10:00"},
        {"reason": ""},
        {"document": yaml.safe_dump(own_target_document(), allow_unicode=True)},
    ],
)
def test_a_refused_amendment_keeps_its_text_and_leaves_nothing(as_officer, phase, entry, changes):
    before = RuleSetVersion.objects.count()
    data = amendment_data(**changes)
    answer = as_officer.post(url("ops_consortia:amendments", phase_id=phase.pk), data)
    assert answer.status_code == 422
    assert data["reason"] in answer.content.decode()
    assert "error-summary" in answer.content.decode()
    assert (Amendment.objects.count(), RuleSetVersion.objects.count()) == (0, before)


def test_an_error_in_the_text_names_place_and_line(as_officer, phase):
    answer = as_officer.post(
        url("ops_consortia:amendments", phase_id=phase.pk), amendment_data(document=amended(quorum=99))
    )
    text = answer.content.decode()
    line = next(n for n, row in enumerate(amended(quorum=99).splitlines(), 1) if "quorum: 99" in row)
    assert "parts[3].panel.quorum" in text
    assert str(line) in text


def test_a_team_answers_and_answers_again(as_team, entry):
    amendment = make_amendment(entry.phase)
    page = url("consortia:amendment", entry=entry.pk, amendment=amendment.pk)
    assert as_team.post(page, {"answer": "objection", "text": " "}).status_code == 422
    as_team.post(page, {"answer": "objection", "text": "정족수가 지나치게 높다."})
    as_team.post(page, {"answer": "consent", "text": ""})
    assert [reply.answer for reply in amendment.replies.all()] == ["objection", "consent"]


def test_a_contributor_reads_and_does_not_answer(client, entry):
    member = make_user("team")
    join(entry.consortium, user=member)
    sign_in(client, member)
    page = url("consortia:amendment", entry=entry.pk, amendment=make_amendment(entry.phase).pk)
    assert client.get(page).status_code == 200
    assert client.post(page, {"answer": "consent"}).status_code == 403


def test_answers_are_public_only_when_all_are_in(client, entry, phase):
    amendment = make_amendment(phase)
    actions.answer_amendment(
        amendment, entry=entry, answer="objection", text="정족수가 지나치게 높다.", actor=speaker_of(entry)
    )
    page = url("records:amendments", phase=phase.slug)
    assert "지나치게" not in client.get(page).content.decode()
    actions.drop_amendment(amendment, actor=acting("decider"), reason="철회한다.")
    text = client.get(page).content.decode()
    assert "지나치게" in text
    assert entry.consortium.name_ko in text


def test_a_decider_adopts_and_an_officer_is_not_offered_it(client, entry, phase):
    amendment = make_amendment(phase)
    actions.answer_amendment(amendment, entry=entry, answer="consent", text="", actor=speaker_of(entry))
    page = url("ops_consortia:amendment", amendment_id=amendment.pk)
    sign_in(client, make_user("officer"))
    assert 'value="adopt"' not in client.get(page).content.decode()
    assert client.post(page, {"event": "adopt", "reason": "동의"}).status_code == 422
    sign_in(client, make_user("decider"))
    client.post(page, {"event": "adopt", "reason": "모든 팀이 동의했다."})
    entry.refresh_from_db()
    assert entry.ruleset == amendment.after


def test_ruling_on_an_amendment_asks_for_proof(client, phase):
    sign_in(client, make_user("decider"), recent=False)
    page = url("ops_consortia:amendment", amendment_id=make_amendment(phase).pk)
    assert client.get(page).status_code == 200
    assert "reauthenticate" in client.post(page, {"event": "drop", "reason": "철회"}).headers["Location"]


def test_proposals_from_the_first_to_the_frozen_file(client, entry, phase):
    moves = url("ops_consortia:move-proposals", phase_id=phase.pk)
    team, officer, decider = manager_of(entry), make_user("officer"), make_user("decider")
    sign_in(client, officer).post(moves, {"event": "open"})
    sign_in(client, team).post(url("consortia:propose-benchmark", entry=entry.pk), SOURCE)
    page = url("consortia:propose-target", entry=entry.pk)
    item = client.get(page).context["form"].fields["item"].choices[0][0]
    target = {**SOURCE, "name": "목표 모델", "item": item, "benchmark": "KMMLU", "score": "80.50"}
    assert client.post(page, {**target, "score": "many"}).status_code == 422
    client.post(page, target)
    sign_in(client, officer).post(moves, {"event": "close"})
    sign_in(client, decider).post(moves, {"event": "freeze"})
    client.logout()
    document = client.get(url("records:proposals-json", phase=phase.slug, version=1)).json()
    assert [(row["name"], row["taken"]) for row in document["benchmarks"]] == [("KMMLU", False)]
    assert document["targets"][0]["score"] == "80.50"
    assert "80.50" in client.get(url("records:proposals", phase=phase.slug)).content.decode()


def test_names_of_proposers_are_closed_while_the_round_is_open(client, entry, phase):
    found = actions.open_proposals(phase, actor=acting("officer"))
    actions.propose_benchmark(entry, source=source(), actor=speaker_of(entry))
    propose_target(entry)
    page = url("records:proposals", phase=phase.slug)
    text = client.get(page).content.decode()
    assert "KMMLU" in text
    assert (entry.consortium.name_ko in text, "80.5" in text) == (False, False)
    sign_in(client, make_user("officer"))
    staff = client.get(url("ops_consortia:proposals", phase_id=phase.pk)).content.decode()
    assert (entry.consortium.name_ko in staff, "80.5" in staff) == (False, False)
    actions.move_proposals(found, "close", actor=acting("officer"))
    assert entry.consortium.name_ko in client.get(page).content.decode()


def test_a_proposal_is_taken_back_on_the_page(as_team, entry, phase):
    actions.open_proposals(phase, actor=acting("officer"))
    proposal = actions.propose_benchmark(entry, source=source(), actor=speaker_of(entry))
    page = url("consortia:withdraw-proposal", entry=entry.pk, proposal=proposal.pk)
    assert page in as_team.get(url("consortia:matters", entry=entry.pk)).content.decode()
    as_team.post(page)
    assert Proposal.objects.get().withdrawn_at is not None


def test_a_twice_proposed_benchmark_stays_on_the_form(as_team, entry, phase):
    actions.open_proposals(phase, actor=acting("officer"))
    page = url("consortia:propose-benchmark", entry=entry.pk)
    as_team.post(page, SOURCE)
    answer = as_team.post(page, SOURCE)
    assert answer.status_code == 422
    assert SOURCE["url"] in answer.content.decode()


def test_a_round_is_opened_once(as_officer, phase):
    moves = url("ops_consortia:move-proposals", phase_id=phase.pk)
    for _ in range(2):
        as_officer.post(moves, {"event": "open"})
    assert ProposalRound.objects.count() == 1


def test_a_question_and_its_ruling(client, entry):
    sign_in(client, manager_of(entry))
    client.post(url("consortia:ask", entry=entry.pk), {"component": "tokenizer", "text": "확장해 써도 됩니까?"})
    question = ComponentQuestion.objects.get()
    sign_in(client, make_user("officer"))
    page = url("ops_consortia:ruling", question_id=question.pk)
    named = {"verdict": "declare", "published": f"{entry.consortium.name_ko}의 질문", "reason": "신고하면 된다."}
    answer = client.post(page, named)
    assert answer.status_code == 422
    assert named["published"] in answer.content.decode()
    client.post(page, {**named, "published": "토크나이저를 확장해 쓰는 경우"})
    assert AdvanceRuling.objects.get().verdict == "declare"


def test_the_public_list_says_nothing_of_who_asked(client, entry):
    make_ruling(make_question(entry, "우리 12층 실험실의 토크나이저를 씁니다."))
    text = client.get(url("records:rulings", phase=entry.phase.slug)).content.decode()
    assert "공개 토크나이저를 확장해 쓰는 경우" in text
    names = (entry.consortium.name_ko, entry.consortium.slug, "12층", f">{entry.code}<")
    assert [name for name in names if name in text] == []


def test_another_team_sees_the_ruling_and_not_the_question(client, entry):
    make_ruling(make_question(entry, "우리 12층 실험실의 토크나이저를 씁니다."))
    other = make_entry(entry.phase)
    sign_in(client, manager_of(other))
    text = client.get(url("consortia:matters", entry=other.pk)).content.decode()
    assert "12층" not in text


def test_a_deadline_of_its_own_is_set_on_the_page(as_officer, entry):
    page = url("ops_consortia:deadline", entry_id=entry.pk)
    refused = as_officer.post(page, {"deadline": "2020-01-01T10:00", "reason": "한 달 늦게 합류"})
    assert refused.status_code == 422
    assert "한 달 늦게 합류" in refused.content.decode()
    later = timezone.now() + timedelta(days=40)
    as_officer.post(page, {"deadline": local(later), "reason": "한 달 늦게 합류"})
    assert local(Entry.objects.get(pk=entry.pk).deadline) == local(later)
    assert "한 달" not in as_officer.get(url("ops_consortia:deadlines", phase_id=entry.phase_id)).content.decode()


def test_deadlines_take_the_same_queries(as_officer, phase, django_assert_max_num_queries):
    for _ in range(3):
        make_entry(phase)
    with django_assert_max_num_queries(12):
        as_officer.get(url("ops_consortia:deadlines", phase_id=phase.pk))


def test_rules_without_a_number_ask_for_it(as_officer):
    phase = make_phase("receiving")
    page = url("ops_consortia:proposals", phase_id=phase.pk)
    assert 'name="minimum"' in as_officer.get(page).content.decode()
    as_officer.post(url("ops_consortia:move-proposals", phase_id=phase.pk), {"event": "open", "minimum": "2"})
    assert ProposalRound.objects.get().minimum == 2
