"""A document as OpenDocument text, with headings, header rows, captions and a language, for whoever must edit or archive it."""

import io
import unicodedata
from collections.abc import Iterable
from datetime import UTC

from odfdo import Cell, Column, Document, Element, Header, HeaderRows, Paragraph, Row, Span, Style
from odfdo import Table as OdfTable

from portal.common.formats.canonical import digest_of
from portal.letters.papers.model import Block, Facts, Heading, Paper, Prose, Table
from portal.letters.papers.pdf import head_of

FONT = "'Pretendard GOV'"  # where it is missing, the reader's program takes its own
COUNTRIES = {"ko": "KR", "en": "US"}
EDGE = "0.5pt solid #6d7882"


def odt_of(paper: Paper) -> bytes:
    document = Document("text")
    document.body.clear()
    _describe(document, paper)
    _style(document, language=paper.language)
    body = document.body
    body.append(Paragraph(_clean(paper.issuer)))
    body.append(Paragraph(_clean(paper.title), style="Title"))
    for element in (*_facts(head_of(paper)), *(element for block in paper.blocks for element in _elements(block))):
        body.append(element)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _describe(document: Document, paper: Paper) -> None:
    meta = document.meta
    meta.set_title(_clean(paper.title))
    meta.set_language(f"{paper.language}-{COUNTRIES[paper.language]}")
    meta.set_generator("")
    meta.set_initial_creator(_clean(paper.issuer))
    meta.set_creator(_clean(paper.issuer))
    if paper.number:
        meta.set_keywords(paper.number)
    if paper.date:
        moment = paper.date.astimezone(UTC).replace(tzinfo=None)
        meta.set_creation_date(moment)
        meta.set_dc_date(moment)


def _style(document: Document, *, language: str) -> None:
    text = _text_defaults(document)
    country = COUNTRIES[language]
    for suffix in ("", "-asian"):
        prefix = "fo" if not suffix else "style"
        text.set_attribute(f"{prefix}:language{suffix}", language)
        text.set_attribute(f"{prefix}:country{suffix}", country)
        text.set_attribute(f"{prefix}:font-family{suffix}", FONT)
        text.del_attribute(f"style:font-name{suffix}")
    title = Style("paragraph", name="Title", parent_style="Heading", area="text", bold=True, size="18pt")
    title.set_properties({"style:font-size-asian": "18pt"}, area="text")
    document.insert_style(title)
    document.insert_style(Style("text", name="Term", bold=True))
    right = Style("paragraph", name="Number", parent_style="Standard")
    right.set_properties({"fo:text-align": "end"}, area="paragraph")
    document.insert_style(right)
    document.insert_style(
        Style("table-cell", name="Ruled", area="table-cell", border=EDGE, padding="0.15cm"), automatic=True
    )


def _text_defaults(document: Document) -> Element:
    """Letters of every paragraph, in the package's own template."""
    default = document.get_style("paragraph")
    text = default.get_element("style:text-properties") if default is not None else None
    if text is None:
        raise LookupError("The text template of odfdo has no default paragraph style.")
    return text


def _elements(block: Block) -> Iterable[Element]:
    if isinstance(block, Heading):
        return [Header(1, _clean(block.text), style="Heading_20_1")]
    if isinstance(block, Prose):
        return [Paragraph(_clean(text), style="Text_20_body") for text in block.paragraphs]
    if isinstance(block, Facts):
        return _facts(block.rows)
    return [Paragraph(_clean(block.caption), style="Caption"), _table(block), Paragraph("")]


def _facts(rows: Iterable[tuple[str, str]]) -> list[Element]:
    found: list[Element] = []
    for term, value in rows:
        line = Paragraph("")
        line.append(Span(_clean(term), style="Term"))
        line.append_plain_text(f": {_clean(value)}")
        found.append(line)
    return found


def _table(block: Table) -> OdfTable:
    table = OdfTable(f"Table{digest_of([block.caption, *block.columns])[:8]}")  # names hold few signs
    table.clear()
    for _column in block.columns:
        table.append(Column())
    head = HeaderRows()
    head.append(_row(block.columns, block.numbers, bold=True))
    table.append(head)
    for row in block.rows:
        table.append(_row(row, block.numbers, bold=False))
    return table


def _row(texts: Iterable[str], numbers: frozenset[int], *, bold: bool) -> Row:
    row = Row()
    for place, text in enumerate(texts):
        cell = Cell(cell_type="string", style="Ruled")
        line = Paragraph("", style="Number" if place in numbers else "Standard")
        if bold:
            line.append(Span(_clean(text), style="Term"))
        else:
            line.append_plain_text(_clean(text))
        cell.append(line)
        row.append(cell)
    return row


def _clean(text: str) -> str:
    """XML holds no control characters, lone surrogates or noncharacters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        " " if character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cs", "Cn"} else character
        for character in text
    )
