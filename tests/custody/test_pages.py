"""The acts of custody through their pages: draw, reply, retention, hold, two people for a destruction, the certificate."""

import csv
import io
import zipfile

import pytest
from django.urls import reverse

from portal.artifacts.actions import materialise
from portal.custody import actions
from portal.custody.models import CalledCheckpoint, CheckpointDraw, Destruction, Hold, RetentionRule
from tests.factories.accounts import make_user, sign_in
from tests.factories.custody import deposit, drawn, make_due, staff
from tests.factories.submissions import handed_in, receiving_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_user("officer")


def manager_of(entry):
    return entry.consortium.memberships.get(role="manager").user


def test_a_draw_from_the_commitment_to_the_calls(client, officer):
    entry = receiving_entry()
    deposit(entry, step=1)
    address = reverse("ops_custody:draw", args=[entry.phase_id])
    sign_in(client, officer)

    for form in (
        {"do": "commit", "seats": "1", "days": "7", "source": "복권"},
        {"do": "close"},
        {"do": "draw", "figure": "1 2 3"},
    ):
        assert client.post(address, form).status_code == 302, form
    draw = CheckpointDraw.objects.get()
    assert (draw.state, draw.figure, draw.calls.count()) == ("drawn", "1 2 3", 1)
    assert client.post(address, {"do": "close"}).status_code == 302  # of an old page: nothing happens
    published = client.get(reverse("checkpoints:draw_document", args=[draw.pk])).json()
    assert published["seed"] == draw.document["seed"]


def test_the_secret_is_on_no_page_before_the_draw(client, officer):
    entry = receiving_entry()
    deposit(entry, step=1)
    draw = actions.commit_draw(entry.phase, seats=1, days=7, source="", by=staff("officer"))
    sign_in(client, officer)

    for name, key in (("checkpoints:draw", draw.pk), ("ops_custody:draw", entry.phase_id)):
        content = client.get(reverse(name, args=[key])).content.decode()
        assert draw.commitment in content
        assert draw.secret not in content


def test_a_refused_form_keeps_what_was_typed(client, officer):
    entry = receiving_entry()
    sign_in(client, officer)

    answer = client.post(
        reverse("ops_custody:retention", args=[entry.phase_id]), {"days": "-1", "reason": "규정 제3조"}
    )

    assert answer.status_code == 422
    assert "규정 제3조" in answer.content.decode()
    assert not RetentionRule.objects.exists()


def test_a_period_for_one_phase_or_for_all(client, officer):
    entry = receiving_entry()
    sign_in(client, officer)
    address = reverse("ops_custody:retention", args=[entry.phase_id])

    client.post(address, {"days": "30", "reason": "규정", "roles": ["checkpoint"], "everywhere": "on"})
    client.post(address, {"days": "60", "reason": "규정", "roles": ["checkpoint"]})

    assert list(RetentionRule.objects.values_list("days", "phase")) == [(60, entry.phase_id), (30, None)]


def test_the_team_replies_once_to_a_missed_call(client):
    entry = receiving_entry()
    deposit(entry, step=1)
    drawn(entry.phase, by=staff("officer"), days=1)
    CalledCheckpoint.objects.update(state="missed")
    address = reverse("custody:call", args=[CalledCheckpoint.objects.get().pk])
    sign_in(client, manager_of(entry))

    assert client.post(address, {"text": ""}).status_code == 422
    assert client.post(address, {"text": "장비 고장"}).status_code == 302
    assert "장비 고장" in client.get(address).content.decode()
    assert client.post(address, {"text": "다시"}).status_code == 422


def test_a_destruction_from_the_proposal_to_the_certificate(client, officer, tmp_path):
    entry = receiving_entry()
    handed_in(entry, tmp_path)
    make_due(entry.phase, officer=staff("officer"))
    sign_in(client, officer)
    client.post(reverse("ops_custody:entry", args=[entry.pk]), {"do": "propose", "reason": "기간 종료"})
    row = Destruction.objects.get()
    address = reverse("ops_custody:destruction", args=[row.pk])
    assert client.post(address, {"do": "approve"}).status_code == 302  # an officer is told that this is not theirs
    assert Destruction.objects.get().state == "proposed"

    sign_in(client, make_user("decider"))
    client.post(address, {"do": "approve"})
    actions.carry_out_destructions()

    sign_in(client, manager_of(entry))
    own = client.get(reverse("custody:destruction", args=[row.pk])).content.decode()
    assert Destruction.objects.get().document["number"] in own
    paper = client.get(reverse("custody:destruction_document", args=[row.pk, "odt"]))
    text = zipfile.ZipFile(io.BytesIO(paper.content)).read("content.xml").decode()
    assert row.items.first().bundle.digest[:32] in text
    assert "bytes destroyed" in client.get(f"/en/team/submissions/{entry.submissions.get().pk}/").content.decode()


def test_deciding_needs_a_fresh_proof(client, tmp_path):
    entry = receiving_entry()
    handed_in(entry, tmp_path)
    make_due(entry.phase, officer=staff("officer"))
    row = actions.propose_destruction(entry, reason="기간 종료", by=staff("officer"))
    sign_in(client, make_user("decider"), recent=False)

    answer = client.post(reverse("ops_custody:destruction", args=[row.pk]), {"do": "approve"})

    assert "/reauthenticate/" in answer["Location"]
    assert Destruction.objects.get().state == "proposed"


def test_holds_are_placed_and_lifted_with_a_reason(client, officer):
    entry = receiving_entry()
    address = reverse("ops_custody:entry", args=[entry.pk])
    sign_in(client, officer)

    assert client.post(address, {"do": "hold", "reason": " "}).status_code == 422
    client.post(address, {"do": "hold", "reason": "소송"})
    hold = Hold.objects.get()
    client.post(address, {"do": "lift", "hold": hold.pk, "reason": "취하"})
    assert Hold.objects.get().state == "lifted"
    assert client.post(address, {"do": "lift", "hold": hold.pk, "reason": "또"}).status_code in {200, 422}


def test_the_team_reads_who_read_and_takes_it_as_csv(client, tmp_path):
    entry = receiving_entry()
    receipt = handed_in(entry, tmp_path / "files")
    bundle = receipt.submission.items.get(role="checkpoint").bundle
    manager = manager_of(entry)
    for reader in ("job:7", "user:999999", manager.actor):
        materialise(bundle, tmp_path / reader, reader=reader, purpose="benchmark")
    sign_in(client, manager)

    page = client.get(reverse("custody:reads", args=[entry.consortium.slug]) + "?purpose=benchmark").content.decode()
    table = client.get(reverse("custody:reads_document", args=[entry.consortium.slug]) + "?purpose=benchmark")

    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == [str(manager), "사업 담당 부서", "포털 작업 7번"]
    assert "999999" not in page
    assert "구성요소 신고서 읽기</td>" not in page  # another purpose
