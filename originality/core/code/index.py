"""The index of a corpus of public code: fingerprints sorted by hash, and the text of each file for the view side by side.

One safetensors file. Reading maps it: a search touches the pages of the fingerprints it looks for, whatever the corpus' size.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from originality.core.code.licences import code_begins, notices_of
from originality.core.code.matching import repeated
from originality.core.code.sources import LeftOut, Source, read_sources
from originality.core.code.tokens import tokenise
from originality.core.code.winnow import WINDOW, K, fingerprints
from originality.core.errors import InputError

SCHEMA = "code-corpus/1"
MOST_NAMES = 120  # characters
ARRAYS = {
    "hash": np.uint64, "file": np.uint32, "place": np.uint32, "line": np.uint32, "last_line": np.uint32,
    "text": np.uint8, "text_ends": np.int64,
}  # fmt: skip


class Origin(NamedTuple):
    """Whose code a folder is: a project in one version, with its licence; `family` groups projects that share code."""

    name: str
    version: str
    licence: str
    folder: Path
    family: str = ""


class Row(NamedTuple):
    """One file of the corpus."""

    path: str
    source: int
    sha256: str
    lines: int
    tokens: int
    licences: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """An index that is open. `sources` and `files` are lists in the order of the numbers that the arrays hold."""

    name: str
    digest: str
    sources: tuple[Mapping[str, Any], ...]
    files: tuple[Row, ...]
    left_out: int
    null: Mapping[str, Any] | None
    arrays: Mapping[str, NDArray[Any]]

    def text_of(self, file: int) -> str:
        ends = self.arrays["text_ends"]
        start = int(ends[file - 1]) if file else 0
        packed = self.arrays["text"][start : int(ends[file])].tobytes()
        return zlib.decompress(packed).decode("utf-8")


class _Made(NamedTuple):
    hash: NDArray[np.uint64]
    place: NDArray[np.int32]
    line: NDArray[np.int32]
    last_line: NDArray[np.int32]


def read_corpus(origins: Sequence[Origin], *, name: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read the folders into header and arrays; folders of one project and version are one source.

    A file that two folders hold byte for byte is kept once, for the first.
    """
    rows: list[Row] = []
    texts: list[bytes] = []
    made: list[_Made] = []
    seen: set[str] = set()
    left_out = 0
    projects = dict.fromkeys(origin._replace(folder=Path()) for origin in _checked(origins))
    numbers = {project: number for number, project in enumerate(projects)}
    for origin in origins:
        number = numbers[origin._replace(folder=Path())]
        for item in read_sources(origin.folder):
            if isinstance(item, LeftOut):
                left_out += 1
            elif item.language and (sha256 := _digest(item.text)) not in seen:
                seen.add(sha256)
                row, prints = _read(item, source=number, sha256=sha256)
                rows.append(row)
                made.append(prints)
                texts.append(zlib.compress(item.text.encode("utf-8", "replace"), 6))
    if not rows:
        raise InputError("no source file was found in the folders; name folders that hold code")
    header = {
        "schema": SCHEMA, "name": name, "k": K, "window": WINDOW, "left_out": left_out, "null": None,
        "sources": [_source(project, number, rows) for project, number in numbers.items()],
        "files": [list(row) for row in rows],
    }  # fmt: skip
    return header, _arrays(made, texts)


def _checked(origins: Iterable[Origin]) -> list[Origin]:
    found = list(origins)
    for origin in found:
        if not origin.folder.is_dir():
            raise InputError(f"{origin.folder}: there is no such folder")
        if not origin.name or len(origin.name) > MOST_NAMES:
            raise InputError(f"{origin.folder}: give the project a name of at most {MOST_NAMES} characters")
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _read(item: Source, *, source: int, sha256: str) -> tuple[Row, _Made]:
    tokens = tokenise(item.text, language=item.language)
    prints = fingerprints(tokens)
    kept = ~repeated(prints)
    places = prints.place[kept]
    made = _Made(prints.hash[kept], places, tokens.line[places], tokens.line[places + K - 1])
    licences = notices_of(item.text, code_begins=code_begins(tokens)).licences
    return Row(item.path, source, sha256, item.text.count("\n") + 1, len(tokens), licences), made


def _source(origin: Origin, number: int, rows: Sequence[Row]) -> dict[str, Any]:
    mine = [row for row in rows if row.source == number]
    return {
        "name": origin.name, "version": origin.version, "licence": origin.licence, "family": origin.family or origin.name,
        "files": len(mine), "tokens": sum(row.tokens for row in mine), "lines": sum(row.lines for row in mine),
    }  # fmt: skip


def _arrays(made: Sequence[_Made], texts: Sequence[bytes]) -> dict[str, NDArray[Any]]:
    file = np.repeat(np.arange(len(made), dtype=np.uint32), [len(item.hash) for item in made])
    joined = {field: np.concatenate([getattr(item, field) for item in made]) for field in _Made._fields}
    order = np.lexsort((joined["place"], file, joined["hash"]))
    arrays = {"file": file[order]} | {field: values[order] for field, values in joined.items()}
    arrays["text"] = np.frombuffer(b"".join(texts), np.uint8)
    arrays["text_ends"] = np.cumsum([len(text) for text in texts])
    return {name: np.ascontiguousarray(arrays[name], dtype) for name, dtype in ARRAYS.items()}


def corpus_of(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], *, digest: str = "") -> Corpus:
    files = tuple(Row._make([*row[:-1], tuple(row[-1])]) for row in header["files"])
    return Corpus(header["name"], digest, tuple(header["sources"]), files, header["left_out"], header["null"], arrays)


def write_corpus(path: Path, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    from safetensors.numpy import save_file

    document = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    save_file(dict(arrays), path, metadata={"corpus": document})


def open_corpus(path: Path) -> Corpus:
    """Open an index that `write_corpus` wrote; another schema or other fingerprints cannot be compared with."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get("corpus", "null"))
            if not isinstance(header, dict) or (header.get("schema"), header.get("k"), header.get("window")) != (
                SCHEMA,
                K,
                WINDOW,
            ):
                raise InputError(f"{path}: no index of this engine ({SCHEMA}, {K}, {WINDOW}); build it again")
            arrays = {name: file.get_tensor(name) for name in ARRAYS}
    except (SafetensorError, ValueError, OSError) as error:
        raise (
            error if isinstance(error, InputError) else InputError(f"{path}: no index of a corpus ({error})")
        ) from error
    return corpus_of(header, arrays, digest=digest_of_file(path))


def digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
