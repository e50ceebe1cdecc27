"""What a job's child does: read spec.json, work, leave result.json as the last thing, or error.json.

Kinds: "originality.report" (candidate, references, optionally step0; each side a folder or a list of partial sketches),
"originality.sketch" (one part of a model); "originality.series", "originality.leg", "originality.start", "originality.loss" and
"originality.findings" (`core.trace`); "originality.code" (`core.code`). Paths in the spec are relative to the working
folder.
"""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from originality.core.baselines import Baselines, parse_baselines, shipped_baselines
from originality.core.binding import bind_to_seed
from originality.core.compare import Findings, Side, examine, open_side
from originality.core.errors import InputError
from originality.core.levels import thresholds
from originality.core.readers import open_folder
from originality.core.report import report
from originality.core.shards import merge_sketches, shards_of
from originality.core.sketch import STORED_K, Progress, Sketch, build_sketch
from originality.core.sketchfile import load_sketch, save_sketch

Document = dict[str, Any]
Work = Callable[..., Document]
CANDIDATE_SKETCH = "candidate.sketch"
STEP0_SKETCH = "step0.sketch"
PART_SKETCH = "part.sketch"
SERIES = "series.safetensors"
MEASUREMENTS = ("originality.leg", "originality.start", "originality.loss")  # without one the rest is still evidence


def run_spec(spec_file: Path) -> None:
    """Do the work of one spec in its folder; InputError is written to error.json and raised again.

    A measurement that cannot be made is a result, too: it says why there is no figure.
    """
    folder = spec_file.resolve().parent
    spec: Document = {}
    try:
        spec = json.loads(spec_file.read_text(encoding="utf-8"))
        work = WORK.get(spec.get("kind", ""))
        if work is None:
            raise InputError(f"{spec_file}: kind {spec.get('kind')!r} is unknown")
        result = work(spec, folder=folder, progress=_journal(folder / "progress.jsonl"))
    except InputError as error:
        if spec.get("kind") in MEASUREMENTS:
            _write(folder / "result.json", {"problem": str(error)})
            return
        _write(folder / "error.json", {"message": str(error), "transient": False})
        raise
    _write(folder / "result.json", result)


def report_run(spec: Document, *, folder: Path, progress: Progress) -> Document:
    """Compare the candidate with every reference; the correction counts the tests over all of them."""
    references = spec["references"]
    total = len(references) + 2
    candidate = _kept(spec["candidate"], folder=folder, name=CANDIDATE_SKETCH)
    step0 = _kept(spec["step0"], folder=folder, name=STEP0_SKETCH).sketch if spec.get("step0") else None
    progress(1, total, "sketch")
    findings: list[Findings] = []
    for done, item in enumerate(references, start=2):
        findings.append(examine(candidate, open_side(folder / item["path"]), step0=step0))
        progress(done, total, item["name"])
    tests = max(1, sum(found.tried for found in findings))
    baselines = _baselines(spec)
    peers = [found.reference.sketch.config for found in findings]
    reports = [
        {"id": item["id"], "report": _labelled(found, item, spec=spec, baselines=baselines, tests=tests, peers=peers)}
        for item, found in zip(references, findings, strict=True)
    ]
    binding = bind_to_seed(candidate.sketch, step0) if step0 else None
    progress(total, total, "done")
    return {"schema": "originality-run/1", "reports": reports, "binding": binding, "thresholds": thresholds()}


def _labelled(
    found: Findings, item: Document, *, spec: Document, baselines: Baselines, tests: int, peers: list[Document]
) -> Document:
    """Add what the portal knows beside the weights: dates, the declaration of an own earlier model, the plan in its ledger."""
    document = report(
        found,
        baselines=baselines,
        tests=tests,
        public_since=item.get("public_since"),
        earliest_deposit=spec.get("earliest_deposit"),
        lineage=item.get("lineage") or None,
        peers=peers,
        plan=spec.get("plan_digest"),
    )
    document["reference"]["label"] = item["name"]
    return document


def _baselines(spec: Document) -> Baselines:
    return parse_baselines(spec["baselines"]) if spec.get("baselines") else shipped_baselines()


def _kept(where: str | list[str], *, folder: Path, name: str) -> Side:
    """Keep a sketch and compare what was kept: the figures can be made again from it, and are those of any division."""
    save_sketch(_sketch(where, folder=folder), folder / name)
    return open_side(folder / name)


def _sketch(where: str | list[str], *, folder: Path) -> Sketch:
    """Sketch a model folder, or put the partial sketches of one model together."""
    if isinstance(where, str):
        return open_side(folder / where, k=STORED_K).sketch
    return merge_sketches([load_sketch(folder / part) for part in where])


def part_run(spec: Document, *, folder: Path, progress: Progress) -> Document:
    """Sketch one part of a model: whole blocks of tensors, the same ones whichever machine asks."""
    source = open_folder(folder / spec["model"])
    shards = shards_of(source, count=spec["of"])  # fewer, where a model has fewer blocks
    only = shards[spec["number"] - 1] if spec["number"] <= len(shards) else frozenset()
    sketch = build_sketch(source, k=STORED_K, only=only, progress=progress)
    save_sketch(sketch, folder / PART_SKETCH)
    return {"schema": "originality-part/1", "tensors": len(only), "digest": sketch.digest}


def _journal(path: Path) -> Progress:
    def note(done: int, total: int, text: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"done": done, "total": total, "note": text}) + "\n")

    return note


def _write(path: Path, document: Document) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(document, sort_keys=True, allow_nan=False), encoding="utf-8")
    temporary.rename(path)


def _later(module: str, name: str) -> Work:
    """A child loads what its own kind needs: the loss of a checkpoint needs torch, its logs do not."""

    def work(spec: Document, *, folder: Path, progress: Progress) -> Document:
        found: Document = getattr(import_module(f"originality.core.{module}"), name)(
            spec, folder=folder, progress=progress
        )
        return found

    return work


WORK: dict[str, Work] = {
    "originality.report": report_run,
    "originality.sketch": part_run,
    "originality.series": _later("trace.work", "series_run"),
    "originality.leg": _later("trace.weightjobs", "leg_run"),
    "originality.start": _later("trace.weightjobs", "start_run"),
    "originality.loss": _later("trace.weightjobs", "loss_run"),
    "originality.findings": _later("trace.findingsjob", "findings_run"),
    "originality.code": _later("code.work", "code_run"),
}
