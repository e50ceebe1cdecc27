"""The pages in a client: what was typed stays, twice is once, and no page of an evaluator says what stands behind a code."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from portal.console import actions
from portal.console.models import Answer, Endpoint, Question, Round, Trial
from portal.review.models import Panel
from tests.factories.accounts import sign_in
from tests.factories.console import NOWHERE, Evaluation, terms
from tests.factories.review import make_panel
from tests.factories.served import says, served

pytestmark = pytest.mark.django_db


def visitor(user):
    return sign_in(Client(), user)


def at(name, **kwargs):
    return reverse(name, kwargs=kwargs)


@pytest.fixture
def address():
    with served(says("둘")) as base:
        yield base


def test_from_the_list_to_the_signature(address):
    scene = Evaluation([address, address])
    client = visitor(scene.evaluator())
    for trial in scene.trials():
        key = {"key": trial.key}
        assert client.post(at("console:begin", **key)).url == at("console:trial", **key)
        asked = client.post(at("console:ask", **key), {"number": "1", "question": "1+1?"})
        assert asked.url == at("console:trial", **key) + "#last"
        typed = {"version": "0", "score-quality": "4", "score-use": "3", "go": "finish"}
        assert client.post(at("console:rate", **key), typed).url == at("console:round", round_id=scene.round.pk)

    client.post(at("console:sign", round_id=scene.round.pk))

    page = client.get(at("console:sign_off", round_id=scene.round.pk)).content.decode()
    assert page.count("서명함") >= 2
    assert [trial.assignment.sheet.state for trial in scene.trials()] == ["signed", "signed"]


def test_no_page_of_an_evaluator_tells_what_stands_behind_a_code(address):
    scene = Evaluation([address, address])
    scene.finish_all()
    actions.sign_ratings(scene.round, signed_by=scene.evaluator())
    client = visitor(scene.evaluator())
    pages = [at("console:home"), at("review:home"), at("console:round", round_id=scene.round.pk)]
    pages += [
        at("console:sign_off", round_id=scene.round.pk),
        *(at("console:trial", key=row.key) for row in scene.trials()),
    ]
    secrets = [secret for number in (0, 1) for secret in secrets_of(scene, number)]

    for path in pages:
        answer = client.get(path)
        text = answer.content.decode() + str(answer.headers) + str(answer.cookies)
        assert [secret for secret in secrets if secret in text] == [], path


def secrets_of(scene, number):
    entry, endpoint = scene.entries[number], scene.endpoints[number]
    sheet = entry.assignments.get(seat=scene.seats[0]).sheet
    port = endpoint.base_url.rpartition(":")[2]
    return (
        entry.consortium.name_ko,
        entry.consortium.name_en,
        entry.consortium.slug,
        endpoint.model,
        port,
        sheet.signed.digest,
        sheet.signed.digest[:12],
        f"sheets/{sheet.pk}/",
        scene.round.seed,
    )


def test_pages_of_two_models_have_one_shape(address):
    scene = Evaluation([address, address])
    scene.finish_all()
    client = visitor(scene.evaluator())

    answers = [client.get(at("console:trial", key=row.key)) for row in scene.trials()]
    headers = [
        {name: value for name, value in answer.headers.items() if name != "Content-Length"} for answer in answers
    ]
    assert headers[0] == headers[1]
    assert (
        len({normalised(answer.content.decode(), row) for answer, row in zip(answers, scene.trials(), strict=True)})
        == 1
    )


def normalised(html, trial):
    html = html.replace(trial.key, "KEY").replace(trial.code_name, "NAME").replace(f"{trial.position}번째", "N번째")
    html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)
    html = re.sub(r"<time[^>]*>[^<]*</time>", "TIME", html)
    return re.sub(r'data-seconds-left="\d+"', "LEFT", html)


def test_a_refused_question_stays_in_the_form():
    scene = Evaluation()
    client = visitor(scene.evaluator())
    client.post(at("console:begin", key=scene.trials()[0].key))

    answer = client.post(at("console:ask", key=scene.trials()[0].key), {"number": "1", "question": "너 누리야?"})

    assert answer.status_code == 422
    assert "너 누리야?" in answer.content.decode()
    assert not Question.objects.exists()


def test_a_double_click_asks_once(address):
    scene = Evaluation([address])
    client = visitor(scene.evaluator())
    key = scene.begin().key

    for _click in range(2):
        assert client.post(at("console:ask", key=key), {"number": "1", "question": "1+1?"}).status_code == 302
    assert Answer.objects.count() == 1


def test_a_failure_is_offered_for_repetition_and_names_no_cause():
    scene = Evaluation()
    client = visitor(scene.evaluator())
    key = scene.begin().key
    client.post(at("console:ask", key=key), {"number": "1", "question": "1+1?"})

    page = client.get(at("console:trial", key=key)).content.decode()

    assert "같은 질문 다시 하기" in page
    for cause in ("127.0.0.1", "연결되지 않음", "unreachable"):
        assert cause not in page


def test_a_masked_answer_is_told_and_escaped():
    with served(says("<b>나는 가람</b>")) as base:
        scene = Evaluation([base])
        client = visitor(scene.evaluator())
        key = scene.begin().key
        client.post(at("console:ask", key=key), {"number": "1", "question": "1+1?"})

    page = client.get(at("console:trial", key=key)).content.decode()
    assert "&lt;b&gt;나는 <mark>가림</mark>&lt;/b&gt;" in page
    assert "같은 질문 다시 하기" in page


@pytest.mark.parametrize("header", [{}, {"HX-Request": "true"}])
def test_a_rating_from_an_old_window_is_not_lost(header):
    scene = Evaluation()
    trial = scene.begin()
    scene.rate(trial, quality="5", opinion="먼저 적은 것")
    client = visitor(scene.evaluator())

    typed = {"version": "0", "score-quality": "1", "score-use": "2", "opinion": "나중에 적은 것"}
    answer = client.post(at("console:rate", key=trial.key), typed, headers=header)

    assert answer.status_code == 409
    if not header:
        assert "나중에 적은 것" in answer.content.decode()
    assert Trial.objects.get(pk=trial.pk).assignment.sheet.opinion == "먼저 적은 것"


def test_autosave_answers_with_the_state_alone():
    scene = Evaluation()
    trial = scene.begin()
    answer = visitor(scene.evaluator()).post(
        at("console:rate", key=trial.key), {"version": "0", "score-quality": "3"}, headers={"HX-Request": "true"}
    )

    assert (answer.status_code, "<html" in answer.content.decode()) == (200, False)


def test_finishing_too_early_says_what_is_missing_and_keeps_the_rating():
    scene = Evaluation(round_terms=terms(minimum_seconds=180))
    trial = scene.begin()
    answer = visitor(scene.evaluator()).post(
        at("console:rate", key=trial.key), {"version": "0", "score-quality": "3", "score-use": "", "go": "finish"}
    )

    assert answer.status_code == 422
    assert "쓸모" in answer.content.decode()
    assert Trial.objects.get(pk=trial.pk).assignment.sheet.version == 1


def test_a_round_is_prepared_and_opened_on_the_pages(address):
    scene = Evaluation([address], opened=False)
    panel = make_panel(scene.phase, kind="user", part="user", name="둘째 평가단")
    client = visitor(scene.officer)
    form = client.get(at("ops_console:new_round", phase_id=scene.phase.pk, panel_id=panel.pk))
    fields = form.context["form"].initial | {
        "minimum_seconds": 180, "answers_least": 1, "questions_most": 40,
        "answer_seconds": 60, "pace_seconds": "5", "answer_characters": 8000,
    }  # fmt: skip

    wrong = client.post(form.request["PATH_INFO"], {**fields, "answer_seconds": 900})
    right = client.post(form.request["PATH_INFO"], fields)

    assert wrong.status_code == 422
    assert Panel.objects.get(pk=panel.pk).is_blind
    assert right.url == at("ops_console:round", round_id=Round.objects.get(panel=panel).pk)
    client.post(at("ops_console:move", round_id=scene.round.pk), {"event": "open"})
    assert Round.objects.get(pk=scene.round.pk).state == "open"
    assert Trial.objects.count() == 1


def test_a_round_that_cannot_open_says_why():
    scene = Evaluation(opened=False)
    scene.endpoints[0].entry.endpoints.exists()
    actions.check_endpoint(scene.endpoints[0], checked_by=scene.officer)
    client = visitor(scene.officer)

    page = client.post(at("ops_console:move", round_id=scene.round.pk), {"event": "open"}, follow=True)

    assert "A" in "".join(str(message) for message in page.context["messages"])
    assert Round.objects.get(pk=scene.round.pk).state == "drafted"


@pytest.mark.parametrize("event", ["", "melt", "resume"])
def test_a_step_outside_of_the_table_is_refused(event):
    scene = Evaluation()
    visitor(scene.officer).post(at("ops_console:move", round_id=scene.round.pk), {"event": event})

    assert Round.objects.get(pk=scene.round.pk).state == "open"


def test_a_key_is_taken_in_and_never_shown():
    scene = Evaluation(opened=False)
    client = visitor(scene.members[0])
    path = at("console:endpoint", entry_id=scene.entries[0].pk)

    answer = client.post(path, {"base_url": NOWHERE, "model": "own/Model", "key": "sk-very-secret"}, follow=True)

    assert answer.redirect_chain
    assert "sk-very-secret" not in answer.content.decode()
    for page in (path, at("ops_console:endpoint", phase_id=scene.phase.pk, entry_id=scene.entries[0].pk)):
        assert "sk-very-secret" not in visitor(scene.officer).get(page).content.decode()
        assert "sk-very-secret" not in client.get(page).content.decode()


@pytest.mark.parametrize("base_url", ["http://10.0.0.1", "javascript:alert(1)", "", "http://127.0.0.1/?x=1"])
def test_a_refused_address_stays_in_the_form(base_url):
    scene = Evaluation(opened=False)
    answer = visitor(scene.officer).post(
        at("ops_console:endpoint", phase_id=scene.phase.pk, entry_id=scene.entries[0].pk),
        {"base_url": base_url, "model": "kept/model"},
    )

    assert answer.status_code == 422
    assert "kept/model" in answer.content.decode()
    assert Endpoint.objects.count() == 2


def test_staff_see_counts_and_no_rating(address):
    scene = Evaluation([address])
    scene.finish_all()
    trial = scene.trials()[0]
    actions.sign_ratings(scene.round, signed_by=scene.evaluator())

    page = visitor(scene.officer).get(at("ops_console:round", round_id=scene.round.pk)).content.decode()

    assert trial.code_name not in page
    assert scene.round.seed not in page
    assert scene.seats[0].code in page


def test_the_record_resolves_the_codes_after_the_seal(address):
    scene = Evaluation([address])
    scene.finish_all()
    scene.phase.state = "sealed"
    scene.phase.save(update_fields=["state"])

    page = visitor(scene.officer).get(at("ops_console:record", round_id=scene.round.pk)).content.decode()

    assert scene.trials()[0].code_name in page
    assert scene.round.seed in page


@pytest.mark.parametrize("evaluators", [1, 3])
def test_the_record_asks_no_more_for_more_evaluators(evaluators, django_assert_max_num_queries):
    scene = Evaluation(evaluators=evaluators)
    scene.phase.state = "sealed"
    scene.phase.save(update_fields=["state"])
    client = visitor(scene.officer)

    with django_assert_max_num_queries(16):
        client.get(at("ops_console:record", round_id=scene.round.pk))
