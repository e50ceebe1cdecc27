"""A document as tagged PDF (PDF/UA-1), by Typst: one wheel without any system library, with its own vendored font."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from portal.common.time import KST
from portal.letters.papers.glyphs import FONTS, legible
from portal.letters.papers.model import Block, Facts, Heading, Paper, Prose, Table

TEMPLATE = Path(__file__).with_name("paper.typ")


class PdfUnavailable(RuntimeError):
    """This installation lacks the package that writes PDF."""


def is_available() -> bool:
    return find_spec("typst") is not None


def pdf_of(paper: Paper) -> bytes:
    """The same bytes for the same document. PdfUnavailable where the package is missing."""
    if not is_available():
        raise PdfUnavailable
    import typst

    return bytes(
        typst.compile(
            str(TEMPLATE),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"paper": json.dumps(_data(paper))},
            pdf_standards=["ua-1"],
            timestamp=int(paper.date.timestamp()) if paper.date else 0,
        )
    )


def head_of(paper: Paper) -> list[tuple[str, str]]:
    """Number and day: what stands above the text."""
    words, rows = paper.words, [(paper.words.number, paper.number or paper.words.not_numbered)]
    if paper.date:
        local = paper.date.astimezone(KST)
        rows.append((words.date, f"{local.year}. {local.month}. {local.day}."))
    return rows


def _data(paper: Paper) -> dict[str, Any]:
    local = paper.date.astimezone(KST) if paper.date else None
    return {
        "title": legible(paper.title),
        "issuer": legible(paper.issuer),
        "number": legible(paper.number),
        "day": [local.year, local.month, local.day] if local else None,
        "language": paper.language,
        "page": paper.words.page,
        "head": [[legible(term), legible(value)] for term, value in head_of(paper)],
        "blocks": [_block(block) for block in paper.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "text": legible(block.text)}
    if isinstance(block, Prose):
        return {"kind": "prose", "paragraphs": [legible(text) for text in block.paragraphs]}
    if isinstance(block, Facts):
        return {"kind": "facts", "rows": [[legible(term), legible(value)] for term, value in block.rows]}
    return _table(block)


def _table(block: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": legible(block.caption),
        "columns": [legible(text) for text in block.columns],
        "rows": [[legible(text) for text in row] for row in block.rows],
        "numbers": sorted(block.numbers),
    }
