"""The child of an evaluation job: `python -m evaluation.core.run spec.json`.

Works in the folder of its specification: appends to progress.jsonl, writes
samples.jsonl.gz and raw.json, and result.json last of all. Exit code 0 is a
result; 2 is bad input, told in error.json; anything else may be tried again.
"""

import argparse
import gzip
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.core.errors import InputError, SuiteError
from portal.common.formats.hashing import sha256_of

if TYPE_CHECKING:
    from evaluation.core.suites import Suite
    from evaluation.core.tasks import BuiltTask

RESULT, ERROR, PROGRESS, SAMPLES, RAW = "result.json", "error.json", "progress.jsonl", "samples.jsonl.gz", "raw.json"
SPEC_KEYS = {"suite", "checkpoint", "limit", "device"}
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.core.run", description="Run one suite on one checkpoint."
    )
    parser.add_argument(
        "spec", type=Path, help="JSON: suite (document), checkpoint (folder), and if wanted limit and device"
    )
    spec = parser.parse_args(arguments).spec.resolve()
    workdir = spec.parent
    cache = workdir / "cache"
    _seal_off(cache)
    try:
        _run(_read_spec(spec), workdir)
    except InputError as error:
        _write_json(workdir / ERROR, {"message": str(error), "cause": str(error.cause), "transient": False})
        print(error, file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(cache, ignore_errors=True)  # holds a copy of every question
    return 0


def _seal_off(cache: Path) -> None:
    """Before any library is imported: no network, and caches of this run alone."""
    os.environ.update(OFFLINE)
    os.environ["HF_HOME"] = str(cache / "home")
    os.environ["HF_DATASETS_CACHE"] = str(cache / "datasets")
    os.environ["LM_HARNESS_CACHE_PATH"] = str(cache / "harness")


def _read_spec(path: Path) -> dict[str, Any]:
    try:
        spec = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SuiteError(path.name, f"is not readable as JSON: {error}") from error
    if not isinstance(spec, dict) or not {"suite", "checkpoint"} <= spec.keys() <= SPEC_KEYS:
        raise SuiteError(path.name, f"needs suite and checkpoint, and knows only {', '.join(sorted(SPEC_KEYS))}")
    return spec


def _run(spec: Mapping[str, Any], workdir: Path) -> None:
    """Cheap checks first: a wrong suite or a pickle is refused before a library is loaded."""
    from evaluation.core.checkpoint import check_checkpoint
    from evaluation.core.suites import parse_suite
    from evaluation.core.tasks import build_tasks

    started = time.monotonic()
    suite = parse_suite(spec["suite"])
    folder = workdir / spec["checkpoint"]
    check_checkpoint(folder)
    built = build_tasks(suite, workdir / "tasks")
    _progress(workdir, done=0, total=len(suite.tasks), note="loading")
    frozen, metrics = _evaluate(suite, built, folder=folder, spec=spec, workdir=workdir)
    result = {
        "schema": "evaluation-result/1",
        "frozen": frozen,
        "metrics": metrics,
        "artefacts": {name: sha256_of(workdir / name) for name in (SAMPLES, RAW)},
        "seconds": f"{time.monotonic() - started:.1f}",
    }
    _write_json(workdir / RESULT, result)


def _evaluate(
    suite: "Suite", built: "list[BuiltTask]", *, folder: Path, spec: Mapping[str, Any], workdir: Path
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Frozen inputs and metrics; samples and the harness's own output go to their files."""
    from evaluation.core.frozen import frozen_inputs
    from evaluation.core.harness import evaluate, wrap
    from evaluation.core.loading import load

    loaded = load(folder, settings=suite.model, device=spec.get("device"))
    adapter, limit = wrap(loaded, suite=suite), spec.get("limit")
    metrics, raw = [], []
    with gzip.GzipFile(workdir / SAMPLES, "wb", mtime=0) as samples:
        for task, outcome in evaluate(adapter, suite=suite, tasks=workdir / "tasks", limit=limit):
            metrics += [metric._asdict() for metric in outcome.metrics]
            raw.append(outcome.raw)
            for sample in outcome.samples:
                samples.write(json.dumps(sample, ensure_ascii=False, default=str).encode() + b"\n")
            _progress(workdir, done=len(raw), total=len(suite.tasks), note=task.name)
    _write_json(workdir / RAW, raw)
    return frozen_inputs(suite, tasks=built, loaded=loaded, adapter=adapter, limit=limit), metrics


def _progress(workdir: Path, *, done: int, total: int, note: str) -> None:
    with (workdir / PROGRESS).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"done": done, "total": total, "note": note}) + "\n")


def _write_json(path: Path, value: Any) -> None:
    """Complete or not there at all."""
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
