"""Kinds of work on the weights of a training run: a leg of the chain, its beginning, the loss of a checkpoint on withheld text.

Specs (paths relative to the work folder):
"originality.leg": before and after {path, digest, step}, start {path} or null.
"originality.start": final path, step0 path or null, init (list of laws), seed, references [{name, digest, path}].
"originality.loss": checkpoint path, digest, step, text path, text_digest, optionally context.
"""

from pathlib import Path
from typing import Any

from originality.core.binding import bind_to_seed
from originality.core.readers import Source, open_folder
from originality.core.sketch import STORED_K, Progress, Sketch, build_sketch, full_width, silent
from originality.core.sketchfile import load_sketch
from originality.core.trace.chain import measure_leg
from originality.core.trace.facts import InitLaw
from originality.core.trace.loss import measured_loss
from originality.core.trace.measures import leg_document, loss_document
from originality.core.trace.redraw import redrawn
from originality.core.trace.startlaw import start_document

Document = dict[str, Any]


def leg_run(spec: Document, *, folder: Path, progress: Progress) -> Document:
    before, after, start = spec["before"], spec["after"], spec.get("start")
    leg = measure_leg(
        open_folder(folder / before["path"]),
        open_folder(folder / after["path"]),
        start=open_folder(folder / start["path"]) if start else None,
        steps=(before["step"], after["step"]),
        digests=(before["digest"], after["digest"]),
        progress=progress,
    )
    return leg_document(leg)


def start_run(spec: Document, *, folder: Path, progress: Progress) -> Document:
    """Test step 0 against its declared law, and the final weights against step 0 and against references."""
    final = open_folder(folder / spec["final"])
    step0 = open_folder(folder / spec["step0"]) if spec.get("step0") else None
    laws = [InitLaw(**law) if isinstance(law, dict) else InitLaw(*law) for law in spec.get("init") or ()]
    start = start_document(step0, laws, seed=spec.get("seed"), progress=progress) if step0 else None
    if step0 and start is not None:
        start["redrawn"] = redrawn(step0, seed=spec.get("seed"))
    return {
        "start": start,
        "binding": _bound(final, step0) if step0 else None,
        "against_references": _against(final, spec.get("references") or [], folder=folder, progress=progress),
    }


def _bound(final: Source, step0: Source) -> Document:
    k = full_width(final, step0)
    return bind_to_seed(build_sketch(final, k=k), build_sketch(step0, k=k))


def _against(final: Source, references: list[Document], *, folder: Path, progress: Progress = silent) -> list[Document]:
    """The same test against every reference, whose sketches have the stored width."""
    if not references:
        return []
    ours: Sketch = build_sketch(final, k=STORED_K)
    found = []
    for done, item in enumerate(references, start=1):
        bound = bind_to_seed(ours, load_sketch(folder / item["path"]))
        found.append(bound | {"name": item["name"], "digest": item["digest"]})
        progress(done, len(references), item["name"])
    return found


def loss_run(spec: Document, *, folder: Path, progress: Progress) -> Document:
    loss = measured_loss(
        folder / spec["checkpoint"],
        folder / spec["text"],
        digest=spec["digest"],
        step=spec["step"],
        text_digest=spec["text_digest"],
        context=spec.get("context"),
        progress=progress,
    )
    return loss_document(loss)
