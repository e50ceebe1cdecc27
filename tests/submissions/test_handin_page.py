"""The pages of the hand-in: what was sent and not handed in, putting it into a draft, handing in ahead, withdrawing."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.artifacts.models import Upload
from portal.audit.models import Event
from portal.submissions import registry
from portal.submissions.actions import open_draft
from portal.submissions.enums import State
from portal.submissions.models import Submission
from tests.factories.accounts import make_user, sign_in
from tests.factories.artifacts import declare
from tests.factories.consortia import make_consortium
from tests.factories.submissions import (
    ACTOR,
    complete_draft,
    declared_checkpoint,
    graceful_entry,
    handed_in,
    handed_in_ahead,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(team):
    return graceful_entry(grace_hours=24, consortium=make_consortium(manager=team))


@pytest.fixture
def page(team):
    client = Client(headers={"Accept-Language": "en"})
    sign_in(client, team)
    return client


def at(name, **kwargs):
    return f"/en{reverse(f'submissions:{name}', kwargs=kwargs)}".replace("/en/en/", "/en/")


def log_upload(entry, name="train.log") -> Upload:
    return declare({name: b"step 0\n"}, owner=entry.consortium.account_key, part_size=8 << 20)


def test_what_is_in_no_hand_in_stands_on_the_teams_page(page, entry):
    upload = log_upload(entry)
    assert [row.upload for row in page.get(at("home")).context["loose"]] == [upload]

    draft = open_draft(entry, actor=ACTOR)
    done = page.post(at("add_item", submission=draft.pk), {"upload": upload.pk, "role": "training_log"})

    assert (done.status_code, draft.items.get().digest) == (302, upload.digest)
    assert page.get(at("home")).context["loose"] == []


def test_what_was_sent_for_something_else_is_not_called_forgotten(page, entry, monkeypatch):
    upload = log_upload(entry)
    monkeypatch.setitem(registry._sources, "test", lambda consortia: {upload.digest})

    assert page.get(at("home")).context["loose"] == []


@pytest.mark.parametrize(
    ("data", "error"),
    [({"role": "training_log"}, "upload"), ({"role": ""}, "role"), ({"role": "initial_checkpoint"}, "step")],
)
def test_a_refused_form_answers_422_and_keeps_what_was_typed(page, entry, data, error):
    draft, upload = open_draft(entry, actor=ACTOR), log_upload(entry)
    typed = {"upload": "" if error == "upload" else upload.pk, "tokens": "77", **data}

    answer = page.post(at("add_item", submission=draft.pk), typed)

    assert (answer.status_code, list(answer.context["item_form"].errors)) == (422, [error])
    assert b'value="77"' in answer.content


def test_an_upload_of_others_cannot_be_put_into_the_draft(page, entry):
    draft = open_draft(entry, actor=ACTOR)
    others = log_upload(graceful_entry(grace_hours=1))

    assert page.post(at("add_item", submission=draft.pk), {"upload": others.pk, "role": "code"}).status_code == 422


def test_a_refusal_of_the_rules_stands_above_the_form(page, entry):
    draft = open_draft(entry, actor=ACTOR)
    upload = log_upload(entry, "bom.json")

    answer = page.post(at("add_item", submission=draft.pk), {"upload": upload.pk, "role": "component_declaration"})

    assert (answer.status_code, draft.items.count()) == (422, 0)
    assert answer.context["item_form"].non_field_errors()


def test_a_team_hands_in_ahead_of_its_bytes_and_reads_until_when_they_are_due(page, entry, tmp_path):
    draft = complete_draft(entry, tmp_path)
    page.post(
        at("add_item", submission=draft.pk), {"upload": declared_checkpoint(entry, tmp_path).pk, "role": "checkpoint"}
    )
    done = page.post(at("submit", submission=draft.pk), {"complete": "on", "truthful": "on"})

    row = Submission.objects.get(pk=draft.pk)
    assert (done.status_code, done["Location"].endswith(f"{row.receipt.number}/")) == (302, True)
    assert row.state == State.AWAITING
    shown = page.get(at("submission", submission=draft.pk)).content.decode()
    assert "due until <time" in shown
    assert [version.pk for row in page.get(at("home")).context["entries"] for version in row.awaiting] == [row.pk]


def test_a_withdrawal_without_a_reason_is_refused_on_its_page(page, entry, tmp_path):
    submission = handed_in(entry, tmp_path).submission

    answer = page.post(at("withdraw", submission=submission.pk), {"reason": "  "})

    assert (answer.status_code, Submission.objects.get(pk=submission.pk).state) == (422, State.SUBMITTED)


def test_what_is_withdrawn_is_not_withdrawn_again(page, entry, tmp_path):
    submission = handed_in(entry, tmp_path).submission
    address = at("withdraw", submission=submission.pk)
    assert page.post(address, {"reason": "가중치 오류"}).status_code == 302

    assert page.post(address, {"reason": "다시"}).status_code == 422


def test_the_receipt_is_handed_over_as_a_document(page, entry, tmp_path):
    number = handed_in(entry, tmp_path).number

    answers = [page.get(at("receipt_document", number=number, form=form)) for form in ("odt", "txt")]

    assert [answer.status_code for answer in answers] == [200, 404]


def test_an_officer_gives_a_consortium_room_of_its_own(entry):
    officer = Client()
    sign_in(officer, make_user("officer"))
    owner, address = entry.consortium.account_key, reverse("ops_submissions:storage")
    typed = {"consortium": entry.consortium_id, "gibibytes": "2", "reason": "계산 자원 추가"}

    assert officer.post(address, {**typed, "reason": ""}).status_code == 422
    answers = [officer.post(address, {**typed, "gibibytes": text}).status_code for text in ("2", "2", "")]

    assert answers == [302, 302, 302]
    events = Event.objects.filter(action="storage.limit_set", subject=f"storage:{owner}").order_by("seq")
    assert [event.after["limit"] for event in events] == [2 << 30, None]


def test_staff_see_which_hand_ins_wait_for_bytes(entry, tmp_path):
    officer = Client()
    sign_in(officer, make_user("officer"))
    number = handed_in_ahead(entry, tmp_path).submission_id

    shown = officer.get(reverse("ops_submissions:storage"))

    assert [row.submission.pk for row in shown.context["waiting"]] == [number]
    assert [row.used > 0 for row in shown.context["rooms"] if row.consortium == entry.consortium] == [True]
