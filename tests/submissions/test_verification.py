"""The public page that says of a receipt: valid, changed or unknown; and the receipt on paper."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.letters.papers.odt import odt_of
from portal.letters.papers.pdf import pdf_of
from portal.submissions.selectors import receipt_document, receipt_paper
from tests.factories.submissions import handed_in, receiving_entry

pytestmark = pytest.mark.django_db
PAGE = "/en/verify/receipt/"


@pytest.fixture
def receipt(tmp_path):
    return handed_in(receiving_entry(), tmp_path)


@pytest.fixture
def document(receipt):
    return json.loads(json.dumps(receipt_document(receipt)))


def by_file(document) -> str:
    file = SimpleUploadedFile("receipt.json", json.dumps(document).encode(), content_type="application/json")
    return answer_of(Client().post(PAGE, {"file": file}))


def by_text(text) -> str:
    return answer_of(Client().post(PAGE, {"text": text}))


def by_number(number, digest) -> str:
    return answer_of(Client().get(PAGE, {"number": number, "digest": digest}))


def answer_of(response) -> str:
    if response.status_code == 422:
        return "refused"
    finding = response.context["finding"]
    return f"{finding.answer} {finding.where}".strip()


def test_the_receipt_as_it_was_issued_is_valid(receipt, document):
    digest = receipt.digest
    typed = f" {digest[:32].upper()} {digest[32:]} "

    assert (by_file(document), by_text(json.dumps(document))) == ("valid", "valid")
    assert (by_number(receipt.number, digest), by_number(receipt.number, typed)) == ("valid", "valid")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda row: row["receipt"].update(issued_at="2026-01-01T00:00:00+09:00"), "changed receipt"),
        (lambda row: row["receipt"]["files"].pop(), "changed receipt"),
        (lambda row: row.update(digest="0" * 64), "changed digest"),
        (lambda row: row["ledger"]["event"].update(actor="user:999"), "changed ledger.proof"),
        (lambda row: row["ledger"].update(checkpoint="x"), "changed ledger.checkpoint"),
        (lambda row: row["receipt"].update(number="20260101-999999"), "unknown"),
        (lambda row: row.update(ledger=None), "valid"),
        (lambda row: row["receipt"].pop("schema"), "refused"),
        (lambda row: row["receipt"].update(number=7), "refused"),
        (lambda row: row["receipt"].update(number="2026\0"), "refused"),
        (lambda row: row["receipt"].update(number=1.5), "refused"),
        (lambda row: row.pop("receipt"), "refused"),
    ],
)
def test_a_change_is_named_and_what_is_no_receipt_is_refused(document, change, expected):
    change(document)

    assert by_file(document) == expected


@pytest.mark.parametrize("text", ["", "no json", "[]", "[" * 100_000, '"x"', "null", '{"receipt": []}'])
def test_any_other_text_is_refused(text):
    assert by_text(text) == "refused"


def test_a_digest_that_is_none_is_refused():
    assert by_number("20260101-000001", "xyz") == "refused"


def test_other_digests_and_numbers(receipt):
    assert by_number(receipt.number, "0" * 64) == "changed digest"
    assert by_number("20260101-999999", receipt.digest) == "unknown"


def test_the_page_says_nothing_about_the_team(receipt, document):
    entry = receipt.submission.entry
    answers = [
        Client().get(PAGE, {"number": receipt.number, "digest": digest}).content.decode()
        for digest in (receipt.digest, "0" * 64)
    ]
    pasted = Client().post(PAGE, {"text": json.dumps(document)}).content.decode()

    hidden = (entry.consortium.name_ko, entry.consortium.name_en, entry.consortium.slug, entry.phase.slug)
    assert not [word for word in hidden for page in answers if word in page]
    assert pasted.count(entry.consortium.slug) == 1, "only in the text that was pasted"


def test_a_receipt_is_handed_over_as_paper(receipt):
    ledger = receipt_document(receipt)["ledger"]

    paper = receipt_paper(receipt, ledger=ledger, portal="https://portal.example.org")

    assert (paper.number, odt_of(paper)[:2], pdf_of(paper)[:5]) == (receipt.number, b"PK", b"%PDF-")


def test_a_proof_that_is_no_text_is_an_answer(document):
    document["ledger"]["checkpoint"] = "\ud800" + document["ledger"]["checkpoint"]

    assert by_file(document) == "changed ledger.checkpoint"
