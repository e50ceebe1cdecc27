"""What a file of logs is, told by its first bytes; the ending of its name decides only where they leave it open."""

from collections.abc import Mapping
from pathlib import Path

from originality.core.trace.delimited import read_delimited
from originality.core.trace.events import is_event_file, read_events
from originality.core.trace.jsonrows import read_document, read_lines
from originality.core.trace.spool import Sink
from originality.core.trace.textbytes import HEAD, TextBytes

TABLES = (".csv", ".tsv")
JSON = (".json", ".jsonl", ".ndjson")
TEXTS = (*TABLES, *JSON, ".txt", ".log", ".tab", ".dat", "")


def read_file(path: Path, sink: Sink, *, axes: Mapping[str, str]) -> bool:
    """Read one file into the sink; False where it is no log."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if "tfevents" in path.name or is_event_file(head):
            sink.format = "TensorBoard events"
            file.seek(0)
            read_events(file, sink)
            return True
    suffix = path.suffix.lower()
    if suffix not in TEXTS:
        return False
    with TextBytes(path) as source:
        if not source.text:
            if suffix in TABLES + JSON:
                sink.format = "unknown"
                sink.fault(0, "neither text nor an event file")
            return suffix in TABLES + JSON
        return _read_text(source, sink, suffix=suffix, axes=axes)


def _read_text(source: TextBytes, sink: Sink, *, suffix: str, axes: Mapping[str, str]) -> bool:
    if source.encoding != "utf-8":
        sink.note(1, f"the text is written in {source.encoding.upper()}")
    start = source.head.lstrip()
    if start[:1] in {"{", "["}:
        lines = _is_lines(start, suffix)
        sink.format = f"JSON {'lines' if lines else 'document'}, {source.encoding.upper()}"
        found = True if lines else read_document(source, sink, axes=axes)
        if lines:
            read_lines(source, sink, axes=axes)
    elif suffix in JSON:
        sink.format = f"JSON lines, {source.encoding.upper()}"
        read_lines(source, sink, axes=axes)
        found = True
    else:
        sink.format = source.encoding.upper()
        found = read_delimited(source, sink, axes=axes, must=suffix in TABLES)
    if source.damaged:
        sink.note(1, f"some bytes are no {source.encoding.upper()}; they are replaced")
    return found


def _is_lines(start: str, suffix: str) -> bool:
    """Objects line by line, or one document: the first line of a document is no whole object."""
    if suffix in {".jsonl", ".ndjson"}:
        return True
    if start.startswith("["):
        return False
    first, _, rest = start.partition("\n")
    closed = first.rstrip().endswith("}") and first.count("{") == first.count("}")
    return closed and (rest.lstrip().startswith("{") or "[{" not in first.replace(" ", ""))
