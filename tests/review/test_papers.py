"""Minutes, notices and sheets as documents: what their pages say, the number, and nothing of anybody else's."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from portal.letters.models import OfficialNumber
from portal.letters.papers.model import Facts, Table
from portal.letters.papers.pdf import is_available
from portal.review import actions
from portal.review.models import Notice
from portal.review.selectors.papers import minutes_paper, notice_paper, sheet_paper
from tests.factories.accounts import sign_in
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


def words(paper):
    """All text of a document."""
    found = [paper.title, paper.number]
    for block in paper.blocks:
        if isinstance(block, Facts):
            found += [cell for row in block.rows for cell in row]
        elif isinstance(block, Table):
            found += [block.caption, *block.columns, *(cell for row in block.rows for cell in row)]
        else:
            found.append(block.text)
    return "\n".join(found)


def test_minutes_carry_number_quorum_vote_and_digest(scene):
    minutes = scene.meeting()
    paper = minutes_paper(minutes)
    number = str(OfficialNumber.objects.get(kind="minutes"))
    assert paper.number == number
    assert paper.date == minutes.held_at
    text = words(paper)
    for part in (minutes.subject, minutes.text, minutes.digest[:32], minutes.digest[32:], scene.phase.programme.name):
        assert part in text


def test_sheets_are_numbered_by_the_seal_and_not_before(scene):
    sheet = scene.sheet_of(0, 0)
    assert sheet_paper(sheet, own=True).number == ""
    assert "서명이 없" in words(sheet_paper(sheet, own=True))
    scene.seal()
    numbers = OfficialNumber.objects.filter(kind="sheet")
    assert numbers.count() == len(scene.seats) * len(scene.entries)
    sheet = scene.sheet_of(0, 0)
    assert sheet_paper(sheet, own=True).number == str(numbers.get(subject_key=f"review.sheet:{sheet.pk}"))


def test_the_reviewers_name_stands_on_the_own_sheet_alone(scene):
    scene.seal()
    sheet = scene.sheet_of(0, 0)
    name = str(scene.seats[0].user)
    assert name in words(sheet_paper(sheet, own=True))
    assert name not in words(sheet_paper(sheet, own=False))


def test_a_result_holds_the_own_points_and_no_single_sheet(scene):
    scene.notify()
    notice = Notice.objects.get(entry=scene.entries[0], kind="result")
    text = words(notice_paper(notice))
    assert notice.content["rationale"] in text
    assert notice.content["scores"]["total"] in text
    assert not any(str(seat.user) in text for seat in scene.seats)
    assert not any(entry.consortium.name in text for entry in scene.entries[1:])


def test_a_question_says_until_when(scene):
    due = timezone.now() + timedelta(days=2)
    actions.ask_question(scene.entries[0], text="학습 데이터의\n출처는?", due_at=due, asked_by=scene.officer)
    with translation.override("en"):
        paper = notice_paper(Notice.objects.get())
    assert paper.language == "en"
    assert "Answer due by" in words(paper)
    assert "학습 데이터의\n출처는?" in words(paper)


@pytest.mark.parametrize(
    "form", ["odt", pytest.param("pdf", marks=pytest.mark.skipif(not is_available(), reason="no typst"))]
)
def test_taking_the_document_is_the_receipt(client, scene, form):
    due = timezone.now() + timedelta(days=2)
    actions.ask_question(scene.entries[0], text="?", due_at=due, asked_by=scene.officer)
    notice = Notice.objects.get()
    sign_in(client, scene.officer)
    client.get(reverse("ops:notice_document", args=[notice.pk, form]))
    notice.refresh_from_db()
    assert notice.read_at is None
    sign_in(client, scene.members[0])
    answer = client.get(reverse("review:notice_document", args=[notice.pk, form]))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="notice-{notice.pk}.{form}"'
    assert answer.content[:2] == (b"%P" if form == "pdf" else b"PK")
    notice.refresh_from_db()
    assert notice.read_by == scene.members[0]


def test_the_odt_of_minutes_opens(client, scene):
    from odfdo import Document

    minutes = scene.meeting()
    sign_in(client, scene.officer)
    answer = client.get(reverse("ops:minutes_document", args=[minutes.pk, "odt"]))
    document = Document(io.BytesIO(answer.content))
    assert str(OfficialNumber.objects.get(kind="minutes")) in document.get_formatted_text()


def test_an_installation_without_the_package_says_so(client, scene, monkeypatch):
    monkeypatch.setattr("portal.letters.papers.pdf.find_spec", lambda name: None)
    minutes = scene.meeting()
    sign_in(client, scene.officer)
    page = client.get(reverse("ops:minutes", args=[minutes.pk])).content.decode()
    assert "typst" in page
    assert "document.pdf" not in page
    answer = client.get(reverse("ops:minutes_document", args=[minutes.pk, "pdf"]))
    assert answer.status_code == 503
    assert "typst" in answer.content.decode()
