"""`python -m originality code` and `corpus`: source code beside public code, on local folders, without the portal."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from originality.commands import check_target, deliver
from originality.core.code.building import build_corpus
from originality.core.code.index import open_corpus
from originality.core.code.projects import installed, origin_of
from originality.core.code.report import code_report
from originality.core.code.sources import read_sources
from originality.core.errors import InputError

Options = argparse.Namespace
PASSAGES_SHOWN = 40


def code(options: Options) -> None:
    """Compare a folder, with the archives in it, with corpora."""
    check_target(options.json)
    if not options.folder.is_dir():
        raise InputError(f"{options.folder}: there is no such folder")
    corpora = [open_corpus(path) for path in options.corpus]
    with tempfile.TemporaryDirectory() as scratch:
        document = code_report(
            read_sources(options.folder),
            corpora=corpora,
            passages=Path(scratch) / "passages",
            components=options.declared,
        )
    deliver(document, options.json, print_code)


def corpus(options: Options) -> None:
    check_target(options.output)
    origins = [origin_of(folder) for folder in options.folders]
    origins += [row for package in options.package for row in installed(package)]
    if not origins:
        raise InputError("name at least one folder, or a package with --package")
    made = build_corpus(origins, options.output, name=options.name or options.output.stem)
    print(f"{options.output}: {len(made.files):,} files, {len(made.arrays['hash']):,} fingerprints, {made.digest}")


def print_code(document: dict[str, Any], console: Console) -> None:
    """Every share beside what unrelated projects of the corpora share."""
    for corpus in document["corpora"]:
        null = corpus["null"]
        said = f"99 % of {null['files']} files share at most {null['contained']['0.99']:.1%}" if null else "no null"
        console.print(f"corpus {escape(corpus['name'])}: {corpus['files']} files; among unrelated projects {said}")
    columns = Table("column", "files", "with passages", "contained", "named")
    for row in document["summary"]["columns"]:
        shares = (f"{row['contained']:.1%}", f"{row['acknowledged']:.1%}")
        columns.add_row(row["column"], str(row["files"]), str(row["files_with_passages"]), *shares)
    console.print(columns)
    passages = Table("file", "lines", "project", "file there", "lines there", "tokens", "names kept", "named")
    rows = [(file["path"], row) for file in document["files"] for row in file["passages"]]
    for path, row in sorted(rows, key=lambda item: -item[1]["tokens"])[:PASSAGES_SHOWN]:
        passages.add_row(*(escape(text) for text in _passage(path, row)))
    console.print(passages)
    for item in document["left_out"]:
        console.print(escape(f"not compared: {item['path']}: {item['reason']} {item['detail']}".rstrip()))
    for text in document["limits"]:
        console.print(escape(f"limit: {text}"))


def _passage(path: str, row: dict[str, Any]) -> list[str]:
    kept = "" if row["names_kept"] is None else f"{row['names_kept']:.0%}"
    return [
        path,
        f"{row['first_line']}-{row['last_line']}",
        f"{row['source']} {row['version']}",
        row["source_path"],
        f"{row['source_first']}-{row['source_last']}",
        str(row["tokens"]),
        kept,
        row["said"] or "not named",
    ]


def add_to(added: Any) -> None:
    """Add both commands to the parser's."""
    compare = added.add_parser("code", help="source code beside corpora of public code")
    compare.add_argument("folder", type=Path, help="files, or archives of them; nothing is extracted")
    compare.add_argument("--corpus", type=Path, action="append", required=True, metavar="FILE")
    compare.add_argument("--declared", action="append", default=[], metavar="NAME", help="a project that is named")
    compare.add_argument("--json", metavar="FILE", help="write the answer as JSON; - is standard output")
    compare.set_defaults(act=code)
    build = added.add_parser("corpus", help="build a corpus of public code from folders")
    build.add_argument("folders", nargs="*", metavar="FOLDER", help="one project each; NAME=FOLDER names it")
    build.add_argument("--package", action="append", default=[], help="a Python package that is installed here")
    build.add_argument("--name", default="", help="what the corpus is called; the file's name otherwise")
    build.add_argument("-o", "--output", type=Path, required=True)
    build.set_defaults(act=corpus)
