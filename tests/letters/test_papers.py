"""Documents: tagged as PDF/UA asks, content never read as markup, the same bytes each time; ODT that opens again."""

import io
from datetime import UTC, datetime

import pytest

from portal.letters.papers.model import Facts, Heading, Paper, Prose, Table, Words
from portal.letters.papers.odt import odt_of
from portal.letters.papers.pdf import is_available, pdf_of

needs_typst = pytest.mark.skipif(not is_available(), reason="typst is not installed: no PDF on this machine")

NASTY = "#panic() *굵게* $x$ <label> @ref \\ \u0007 😀\n둘째 줄\n\n둘째 문단"


def paper(**changes):
    values = {
        "title": "회의록: 제1차 #let",
        "issuer": "독자 AI 평가 포털",
        "number": "독자AI-2026-0012",
        "date": datetime(2026, 1, 15, 6, tzinfo=UTC),
        "language": "ko",
        "words": Words("문서번호", "미부여", "작성일", "{page} / {pages}쪽"),
        "blocks": (
            Facts((("패널", "전문가 평가위원회"), ("표결", "찬성 7"))),
            Heading("심의 내용"),
            Prose(NASTY),
            Table("점수", ("항목", "점수"), (("독자성", "12.5"), ("활용", "3")), frozenset({1})),
        ),
    }
    return Paper(**{**values, **changes})


def tags(pdf):
    """Names of the structure elements of a PDF, in the order of reading."""
    import pikepdf

    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append(str(node["/S"]).removeprefix("/"))
            walk(node.get("/K"))

    walk(pdf.Root.StructTreeRoot.K)
    return found


@needs_typst
def test_pdf_is_tagged_titled_and_says_its_language():
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf_of(paper()))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "ko"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        meta = pdf.open_metadata()
        assert meta["pdfuaid:part"] == "1"
        assert meta["dc:title"] == "회의록: 제1차 #let"
        assert "독자AI-2026-0012" in meta["pdf:Keywords"]
        found = tags(pdf)
    assert {"H1", "P", "Table", "Caption", "THead", "TBody", "L", "LI"} <= set(found)
    assert found.count("TH") == 2
    assert found.count("TD") == 4


@needs_typst
def test_the_font_is_embedded():
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf_of(paper()))) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        files = [dict(font.DescendantFonts[0].FontDescriptor) for font in fonts]
        names = {str(font.BaseFont).partition("+")[2].split("-")[0] for font in fonts}
    assert names == {"PretendardGOV"}
    assert all({"/FontFile2", "/FontFile3"} & set(file) for file in files)


@needs_typst
def test_the_same_document_gives_the_same_bytes():
    assert pdf_of(paper()) == pdf_of(paper())
    assert pdf_of(paper(date=None, number="")) == pdf_of(paper(date=None, number=""))


@needs_typst
@pytest.mark.parametrize("text", ["", "\n\n\n", "가" * 20_000, "\x00\u200b\ufeff\ud7ff", "العربية ไทย"])
def test_no_text_stops_the_writer(text):
    assert pdf_of(paper(title=f"x{text[:50]}", blocks=(Prose(text), Facts((("a", text),))))).startswith(b"%PDF")
    assert odt_of(paper(title=f"x{text[:50]}", blocks=(Prose(text), Facts((("a", text),))))).startswith(b"PK")


def test_what_the_font_cannot_draw_is_written_as_its_code_point():
    from portal.letters.papers.glyphs import legible

    assert legible("가😀\u0007나\r\n다") == "가[U+1F600] 나\n다"


def test_odt_opens_again_with_its_headings_table_and_number():
    from odfdo import Document

    document = Document(io.BytesIO(odt_of(paper())))
    assert document.meta.title == "회의록: 제1차 #let"
    assert document.meta.language == "ko-KR"
    body = document.body
    assert [header.text for header in body.get_headers()] == ["심의 내용"]
    (table,) = body.get_elements("//table:table")
    assert len(table.get_elements("table:table-header-rows/table:table-row/table:table-cell")) == 2
    assert len(table.get_elements("table:table-row")) == 2
    text = document.get_formatted_text()
    assert "독자AI-2026-0012" in text
    assert "#panic() *굵게* $x$ <label>" in text
