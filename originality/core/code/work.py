"""What the child of a code job does: compare the files of a bundle with the corpora that the plan named."""

from pathlib import Path
from typing import Any

from originality.core.code.index import open_corpus
from originality.core.code.report import code_report
from originality.core.code.sources import read_sources

PASSAGES = "passages.bin"
Document = dict[str, Any]


def code_run(spec: Document, *, folder: Path, progress: Any) -> Document:
    """Spec: `code` a folder, `corpora` paths of indexes, `components` names that the team declared, `plan_digest`."""
    corpora = [open_corpus(folder / path) for path in spec["corpora"]]
    progress(1, 3, "corpora")
    items = list(read_sources(folder / spec["code"]))
    progress(2, 3, "code")
    report = code_report(
        items,
        corpora=corpora,
        passages=folder / PASSAGES,
        components=spec["components"],
        plan_digest=spec["plan_digest"],
    )
    progress(3, 3, "done")
    return report
