"""The comparison of code as rows: columns, projects, files with their passages, and both sides of one passage."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from originality.core.code.columns import COLUMNS
from originality.core.code.sources import REASONS
from originality.evidence.text import Row, percent
from originality.wording import said

FILES_SHOWN = 100


class ColumnRow(NamedTuple):
    """One of the four columns; shares are of its tokens."""

    name: str
    files: int
    lines: int
    with_passages: int
    contained: str
    named: str
    open: str


class ProjectRow(NamedTuple):
    name: str
    licence: str
    column: str
    files: int
    passages: int
    tokens: int
    named: str
    is_open: bool


class PassageRow(NamedTuple):
    """`number` is its place in the report; `further` counts other places of the corpus with the same text."""

    number: int
    lines: str
    source: str
    source_path: str
    source_lines: str
    licence: str
    tokens: int
    names_kept: str
    further: int
    named: str


class FileRow(NamedTuple):
    number: int
    path: str
    column: str
    cues: str
    lines: int
    contained: str
    idioms: str
    licences: str
    borrowed: list[tuple[int, str]]
    passages: list[PassageRow]


class LeftOutRow(NamedTuple):
    reason: str
    files: int
    examples: list[str]


def column_name(column: str) -> str:
    names = {
        "modelling": _("Modelling"),
        "training": _("Training"),
        "inference": _("Inference"),
        "other": _("Other code"),
    }
    return names[column]


def columns_of(report: Row) -> list[ColumnRow]:
    return [
        ColumnRow(
            column_name(row["column"]),
            row["files"],
            row["lines"],
            row["files_with_passages"],
            percent(row["contained"]) if row["files"] else "",
            percent(row["acknowledged"]) if row["files"] else "",
            percent(max(0.0, row["contained"] - row["acknowledged"])) if row["files"] else "",
        )
        for row in report["summary"]["columns"]
    ]


def projects_of(report: Row) -> list[ProjectRow]:
    """Return what was found per project and column, in the order of the columns, the most first."""
    rows = sorted(report["summary"]["projects"], key=lambda row: (COLUMNS.index(row["column"]), -row["tokens"]))
    return [
        ProjectRow(
            f"{row['source']} {row['version']}",
            row["licence"],
            column_name(row["column"]),
            row["files"],
            row["passages"],
            row["tokens"],
            _named(row["said"], is_open=row["unsaid"]),
            row["unsaid"],
        )
        for row in rows
    ]


def _named(places: list[str], *, is_open: bool) -> str:
    return ", ".join([said(place) for place in places] + ([_("not named")] if is_open else []))


def files_of(report: Row) -> list[tuple[int, Row]]:
    """Return the files that share something or say something of their origin, with their numbers in the report."""
    return [(number, row) for number, row in enumerate(report["files"]) if row["passages"] or row["borrowed"]]


def file_row(number: int, row: Row) -> FileRow:
    return FileRow(
        number=number,
        path=row["path"],
        column=column_name(row["column"]),
        cues=_cues(row["cues"]),
        lines=row["lines"],
        contained=percent(row["contained"]),
        idioms=percent(row["idioms"]),
        licences=", ".join(row["licences"]),
        borrowed=[(line, text) for line, text in row["borrowed"]],
        passages=[passage_row(place, passage) for place, passage in enumerate(row["passages"])],
    )


def _cues(cues: dict[str, int]) -> str:
    return ", ".join(f"{column_name(column)} {count}" for column, count in cues.items() if count)


def passage_row(number: int, row: Row) -> PassageRow:
    return PassageRow(
        number=number,
        lines=lines_text(row["first_line"], row["last_line"]),
        source=f"{row['source']} {row['version']}",
        source_path=row["source_path"],
        source_lines=lines_text(row["source_first"], row["source_last"]),
        licence=row["licence"],
        tokens=row["tokens"],
        names_kept=percent(row["names_kept"], digits=0),
        further=row["further"],
        named=said(row["said"]) or _("not named"),
    )


def lines_text(first: int, last: int) -> str:
    return f"{first}–{last}" if last > first else str(first)


def nulls_of(report: Row) -> list[dict[str, Any]]:
    """Return for each corpus what files of unrelated projects share, the ground for reading any share on the page."""
    return [
        {
            "name": corpus["name"],
            "digest": corpus["digest"],
            "files": corpus["files"],
            "fingerprints": corpus["fingerprints"],
            "projects": [f"{row['name']} {row['version']} ({row['licence']})" for row in corpus["sources"]],
            "null": _null(corpus["null"]),
        }
        for corpus in report["corpora"]
    ]


def _null(null: Row | None) -> str:
    if null is None:
        return _("the corpus has too few unrelated projects for a comparison among themselves")
    values = {
        "files": null["files"],
        "with_passages": null["with_passages"],
        "high": percent(null["contained"]["0.99"]),
        "most": percent(null["contained"]["max"]),
        "longest": null["longest"]["max"],
    }
    return (
        _(
            "%(with_passages)s of %(files)s files share a passage with an unrelated project; 99 %% share at most %(high)s, "
            "the most %(most)s (longest passage %(longest)s tokens)"
        )
        % values
    )


def left_out_of(report: Row) -> list[LeftOutRow]:
    """Return what was not compared by its reason, with a few names."""
    found = []
    for reason in REASONS:
        rows = [row for row in report["left_out"] if row["reason"] == reason]
        if rows:
            names = [f"{row['path']} ({row['detail']})" if row["detail"] else row["path"] for row in rows[:10]]
            found.append(LeftOutRow(said(reason), len(rows), names))
    return found
