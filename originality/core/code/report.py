"""What a code archive shares with public code, file by file: figures with their null, passages with their lines.

Sharing is symmetric and says nothing of who wrote first; the report says which project, which licence, and whether the team
named it. It never rules.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from originality.core.code import columns, declared
from originality.core.code.declared import Said
from originality.core.code.index import Corpus
from originality.core.code.licences import TEXT, Notices, code_begins, holder_of, notices_of
from originality.core.code.matching import FEWEST_LINKS, FEWEST_TOKENS, covered
from originality.core.code.passages import PassageWriter, chosen, described
from originality.core.code.patience import TooSlowError, at_most, seconds_for
from originality.core.code.search import IDIOM_FAMILIES, Found, Library
from originality.core.code.sources import TOO_SLOW, LeftOut, Source, is_notice
from originality.core.code.tokens import Tokens, tokenise
from originality.core.code.winnow import GUARANTEE, WINDOW, K, fingerprints

SCHEMA = "originality-code/1"
ENGINE = "code/1"
MOST_PASSAGES = 2000
MOST_LEFT_OUT = 500
LIMITS = (
    "common passages are symmetric: which of the two was written first is not determined",
    "code of a project that is not in the corpus cannot be found",
    "a program that was written again by other steps, or translated into another language, leaves no common passage",
    "foreign code in the inference column is a matter of its licence and no evidence on the weights",
)
Document = dict[str, Any]


class _File(NamedTuple):
    row: Document
    tokens: int
    contained: int
    said: int


def code_report(
    items: Iterable[Source | LeftOut],
    *,
    corpora: Sequence[Corpus],
    passages: Path,
    components: Sequence[str] = (),
    plan_digest: str = "",
) -> Document:
    """Compare every source file with the corpora; the texts of the passages go into the file `passages`."""
    sources, left_out = _sorted_out(items)
    library = Library(corpora)
    said = Said(tuple(components), tuple(item.text[:TEXT] for item in sources if is_notice(item.path)))
    writer = PassageWriter(passages)
    try:
        files = _compared(sources, library=library, said=said, writer=writer, left_out=left_out)
    finally:
        writer.close()
    rows = sorted((file.row for file in files), key=lambda row: (-row["contained_tokens"], row["path"]))
    return {
        "schema": SCHEMA,
        "engine": ENGINE,
        "plan_digest": plan_digest,
        "method": {
            "run": K, "window": WINDOW, "guarantee": GUARANTEE, "fewest_links": FEWEST_LINKS,
            "fewest_tokens": FEWEST_TOKENS, "idiom_families": IDIOM_FAMILIES,
        },
        "corpora": [_corpus(corpus) for corpus in corpora],
        "summary": {"columns": _columns(files), "projects": _projects(rows), "licences": _licences(rows)},
        "files": rows,
        "notices": [_notice(item) for item in sources if is_notice(item.path)],
        "copyrights": _copyrights(rows),
        "left_out": [{"path": item.path, "reason": item.reason, "detail": item.detail} for item in left_out[:MOST_LEFT_OUT]],
        "left_out_total": len(left_out),
        "limits": list(LIMITS),
    }  # fmt: skip


def _sorted_out(items: Iterable[Source | LeftOut]) -> tuple[list[Source], list[LeftOut]]:
    sources: list[Source] = []
    left_out: list[LeftOut] = []
    for item in items:
        if isinstance(item, LeftOut):
            left_out.append(item)
        else:
            sources.append(item)
    return sources, left_out


def _compared(
    sources: Sequence[Source], *, library: Library, said: Said, writer: PassageWriter, left_out: list[LeftOut]
) -> list[_File]:
    """Compare file by file; one that takes too long is left out, with its name."""
    files: list[_File] = []
    room, slow = MOST_PASSAGES, 0
    for item in sources:
        if not item.language:
            continue
        try:
            with at_most(seconds_for(slow)):
                file = _file(item, library=library, said=said, writer=writer, room=room)
        except TooSlowError:
            slow += 1
            left_out.append(LeftOut(item.path, TOO_SLOW))
        else:
            room -= len(file.row["passages"])
            files.append(file)
    return files


def _file(item: Source, *, library: Library, said: Said, writer: PassageWriter, room: int) -> _File:
    tokens = tokenise(item.text, language=item.language)
    found = library.search(fingerprints(tokens))
    head = notices_of(item.text, code_begins=code_begins(tokens))
    rows = [
        _passage(chain, further, item=item, tokens=tokens, library=library, said=said, head=head, writer=writer)
        for chain, further in chosen(found.chains)[:room]
    ]
    mask = covered(found.chains, len(tokens))
    placed = columns.column_of(item.path, item.text)
    row = {
        "path": item.path, "language": item.language, "column": placed.column, "cues": placed.cues,
        "lines": item.text.count("\n") + 1, "tokens": len(tokens), "contained_tokens": int(mask.sum()),
        "licences": list(head.licences), "copyrights": [list(line) for line in head.copyrights],
        "borrowed": [list(line) for line in head.borrowed], "passages": rows,
    }  # fmt: skip
    row |= _shares(found, contained=int(mask.sum()), tokens=len(tokens))
    acknowledged = _acknowledged(found, tokens, library=library, said=said, head=head)
    row["acknowledged"] = acknowledged / max(1, len(tokens))
    return _File(row, len(tokens), int(mask.sum()), acknowledged)


def _shares(found: Found, *, contained: int, tokens: int) -> Document:
    return {"contained": contained / max(1, tokens), "seen": found.seen, "idioms": found.idioms}


def _acknowledged(found: Found, tokens: Tokens, *, library: Library, said: Said, head: Notices) -> int:
    """Return how many tokens stand in a passage of a project that the team names."""
    mine = [
        chain for chain in found.chains if declared.said_where(library.source(chain.file)["name"], said=said, head=head)
    ]
    return int(covered(mine, len(tokens)).sum())


def _passage(
    chain: Any,
    further: int,
    *,
    item: Source,
    tokens: Tokens,
    library: Library,
    said: Said,
    head: Notices,
    writer: PassageWriter,
) -> Document:
    row, sides = described(chain, text=item.text, tokens=tokens, library=library)
    row["further"] = further
    row["said"] = declared.said_where(row["source"], said=said, head=head)
    row["place"] = writer.add(sides)
    return row


def _columns(files: Sequence[_File]) -> list[Document]:
    found = []
    for column in columns.COLUMNS:
        mine = [file for file in files if file.row["column"] == column]
        tokens = sum(file.tokens for file in mine)
        found.append({
            "column": column, "files": len(mine), "lines": sum(file.row["lines"] for file in mine), "tokens": tokens,
            "files_with_passages": sum(bool(file.contained) for file in mine),
            "contained": sum(file.contained for file in mine) / max(1, tokens),
            "acknowledged": sum(file.said for file in mine) / max(1, tokens),
        })  # fmt: skip
    return found


def _projects(rows: Sequence[Document]) -> list[Document]:
    """Return per project and column the files, passages and tokens found, the most first."""
    found: dict[tuple[str, str], Document] = {}
    for row in rows:
        for passage in row["passages"]:
            key = (passage["source"], row["column"])
            entry = found.setdefault(
                key,
                {
                    "source": passage["source"], "version": passage["version"], "licence": passage["licence"],
                    "column": row["column"], "files": set(), "passages": 0, "tokens": 0, "said": set(),
                },
            )  # fmt: skip
            entry["files"].add(row["path"])
            entry["passages"] += 1
            entry["tokens"] += passage["tokens"]
            entry["said"].add(passage["said"])
    listed = [
        entry
        | {"files": len(entry["files"]), "said": _said(entry["said"]), "unsaid": declared.NOT_SAID in entry["said"]}
        for entry in found.values()
    ]
    return sorted(listed, key=lambda entry: (-entry["tokens"], entry["source"], entry["column"]))


def _said(places: set[str]) -> list[str]:
    return [place for place in (declared.COMPONENT, declared.NOTICE, declared.HEAD) if place in places]


def _licences(rows: Sequence[Document]) -> list[Document]:
    counts = Counter((name, row["column"]) for row in rows for name in row["licences"])
    return [{"licence": name, "column": column, "files": count} for (name, column), count in sorted(counts.items())]


def _copyrights(rows: Sequence[Document]) -> list[Document]:
    """Return per holder and column how many files name it, and the first of them."""
    found: dict[tuple[str, str], Document] = {}
    for row in sorted(rows, key=lambda row: row["path"]):
        for line, text in row["copyrights"]:
            if holder := holder_of(text):
                entry = found.setdefault(
                    (holder, row["column"]),
                    {"holder": holder, "column": row["column"], "files": 0, "path": row["path"], "line": line},
                )
                entry["files"] += 1
    return sorted(found.values(), key=lambda entry: (-entry["files"], entry["holder"]))[:MOST_LEFT_OUT]


def _notice(item: Source) -> Document:
    notices = notices_of(item.text)
    return {
        "path": item.path,
        "licences": list(notices.licences),
        "copyrights": [list(line) for line in notices.copyrights],
    }


def _corpus(corpus: Corpus) -> Document:
    return {
        "name": corpus.name, "digest": corpus.digest, "files": len(corpus.files),
        "fingerprints": len(corpus.arrays["hash"]), "sources": [dict(source) for source in corpus.sources],
        "null": corpus.null,
    }  # fmt: skip
