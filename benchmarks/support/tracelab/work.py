"""What the portal's jobs measure of a dossier, each once: the same kinds of work, in processes of one thread."""

import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.support.laboratory.network import Tensors
from benchmarks.support.tracelab.dossier import Dossier
from benchmarks.support.tracelab.writing import Written, digest_of, write_checkpoint
from originality.core.readers import open_folder
from originality.core.run import SERIES
from originality.core.sketch import STORED_K, build_sketch, silent
from originality.core.sketchfile import save_sketch
from originality.core.trace.declaration import facts_document
from originality.core.trace.facts import ChainLink
from originality.core.trace.measures import measures_of

Document = dict[str, Any]
Job = tuple[str, Document]  # what fixes it, and its spec
REFERENCE = "foreign"  # registered, and unrelated to every honest dossier


def jobs_of(written: Written, *, withheld: Path, reference: Path) -> Iterator[Job]:
    """Specs of all jobs of one dossier; paths are absolute, and what fixes a job are the digests in it."""
    links = sorted((link for link in written.facts.chain if link.step is not None), key=lambda link: link.step or 0)
    zero = next((link for link in links if link.role == "initial"), None)
    start = _side(written, zero) if zero else None
    for before, after in pairwise(links):
        yield _keyed(
            {
                "kind": "originality.leg",
                "before": _side(written, before),
                "after": _side(written, after),
                "start": start,
            }
        )
    for link in links:
        text = {"text": str(withheld), "text_digest": digest_of(withheld)}
        side = _side(written, link)
        yield _keyed(
            {
                "kind": "originality.loss",
                "checkpoint": side["path"],
                "digest": side["digest"],
                "step": link.step,
                "context": _context(written),
                **text,
            }
        )
    yield _keyed(_start(written, zero=zero, final=links[-1], reference=reference))


def _context(written: Written) -> int | None:
    declared = written.facts.declaration
    return declared.sequence_length if declared else None


def _start(written: Written, *, zero: ChainLink | None, final: ChainLink, reference: Path) -> Document:
    declared = written.facts.declaration
    return {
        "kind": "originality.start",
        "step0": str(written.folders[zero.digest]) if zero else None,
        "step0_digest": zero.digest if zero else None,
        "final": str(written.folders[final.digest]),
        "final_digest": final.digest,
        "init": [law._asdict() for law in declared.init] if declared else [],
        "seed": declared.seed if declared else None,
        "references": [{"name": REFERENCE, "digest": digest_of(reference), "path": str(reference)}],
    }


def _side(written: Written, link: ChainLink) -> Document:
    return {"path": str(written.folders[link.digest]), "digest": link.digest, "step": link.step}


def _keyed(spec: Document) -> Job:
    fixed = json.dumps(_without_paths(spec), sort_keys=True)
    return sha256(fixed.encode()).hexdigest(), spec


def _without_paths(value: Any) -> Any:
    if isinstance(value, dict):
        dropped = {"path", "checkpoint", "text", "step0", "final"}
        return {name: _without_paths(part) for name, part in value.items() if name not in dropped}
    return [_without_paths(part) for part in value] if isinstance(value, list) else value


def done(jobs: Iterable[Job], *, workers: int) -> dict[str, Document]:
    """Results by what fixes them: dossiers that share a checkpoint share its measurements."""
    unique = dict(jobs)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=alone) as pool:
        return dict(zip(unique, pool.map(_run, unique.values(), chunksize=4), strict=True))


def alone() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch

    torch.set_num_threads(1)


def registered(tensors: Tensors, dossier: Dossier, *, folder: Path) -> Path:
    """Write the sketch of a model that the registry has; its digest is that of the file."""
    path = folder / f"{REFERENCE}.sketch"
    model = write_checkpoint(tensors, dossier, folder=folder / REFERENCE)
    save_sketch(build_sketch(open_folder(model), k=STORED_K), path)
    return path


def findings(written: Written, measured: Document) -> Document:
    """Read the logs and make every check, as the two jobs of the portal do; what they leave stays beside the dossier."""
    folder = written.folder
    lengths = sorted({deposit.log_bytes for deposit in written.facts.deposits if deposit.log_bytes})
    series = {"kind": "originality.series", "logs": "logs", "mapping": None, "lengths": lengths}
    read = _run(series, folder=folder)
    report = _run(
        {
            "kind": "originality.findings",
            "series": SERIES,
            "logs": read["logs"],
            "prefixes": read["prefixes"],
            "facts": facts_document(written.facts),
            "measures": measured,
            "problems": [],
            "plan_digest": "",
        },
        folder=folder,
    )
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    return report


def _run(spec: Document, *, folder: Path = Path("/")) -> Document:
    """Do one job; what goes in and comes out is JSON, as between the portal and its workers."""
    from originality.core.run import WORK

    sent = json.loads(json.dumps(spec))
    document: Document = json.loads(json.dumps(WORK[spec["kind"]](sent, folder=folder, progress=silent)))
    return document


def measures(written: Written, *, jobs: Iterable[Job], results: dict[str, Document]) -> Document:
    """Put the results of a dossier's jobs together, and leave them beside it."""
    found: dict[str, list[Document]] = {}
    for key, spec in jobs:
        found.setdefault(spec["kind"], []).append(results[key])
    document = measures_of(
        legs=found.get("originality.leg", []),
        losses=found["originality.loss"],
        start=found["originality.start"][0],
        scores=[score._asdict() for score in written.scores],
    )
    (written.folder / "measures.json").write_text(json.dumps(document), encoding="utf-8")
    return document
