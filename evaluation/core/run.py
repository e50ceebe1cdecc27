"""The child of an evaluation job: `python -m evaluation.core.run spec.json`.

Works in the folder of its specification: appends to progress.jsonl, samples.jsonl.gz and finished.jsonl after every task,
writes raw.json, and result.json last of all. Exit code 0 is a result; 2 is bad input, told in error.json; anything else may
be tried again, and error.json says so where it lies with the machine.
"""

import argparse
import json
import logging
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.core.errors import Cause, InputError, SpecError
from evaluation.core.failures import failure_of
from evaluation.core.kept import FINISHED, RAW, SAMPLES, Record, write_json
from evaluation.core.spec import LARGEST_SPEC, CheckpointSource, Spec, parse_spec
from portal.common.formats.hashing import sha256_of

if TYPE_CHECKING:
    from evaluation.core.sources import DataRoots

RESULT, ERROR, PROGRESS = "result.json", "error.json", "progress.jsonl"
RESULT_SCHEMA = "evaluation-result/2"
RESERVE = "reserve"  # bytes that are given back when the disk is full, so that the cause can still be written
RESERVED = 64 * 1024
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "VLLM_WORKER_MULTIPROCESSING_METHOD": "spawn",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
}
# In the words of the portal's jobs; what is not named here is bad input.
TOLD_AS = {Cause.TASK_DATA: "task_data", Cause.ENDPOINT: "endpoint"}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.core.run", description="Run the tasks of one group of a suite on one model."
    )
    parser.add_argument("spec", type=Path, help="JSON of the schema evaluation-spec/2 (docs/evaluation.md)")
    spec = parser.parse_args(arguments).spec.resolve()
    workdir = spec.parent
    cache = workdir / "cache"
    _seal_off(cache)
    try:
        (workdir / RESERVE).write_bytes(b"\0" * RESERVED)
        run(read_spec(spec), workdir)
    except InputError as error:
        cause = TOLD_AS.get(error.cause, "input")
        return _tell(workdir, {"message": str(error), "cause": cause, "kind": str(error.cause), "transient": False}, 2)
    except Exception as error:
        found = failure_of(error)
        if found is None:
            raise
        shutil.rmtree(cache, ignore_errors=True)
        (workdir / RESERVE).unlink(missing_ok=True)
        return _tell(workdir, {"message": found.message, "cause": found.cause, "transient": True}, 1)
    finally:
        shutil.rmtree(cache, ignore_errors=True)  # holds a copy of every question
        (workdir / RESERVE).unlink(missing_ok=True)
    return 0


def _tell(workdir: Path, said: dict[str, Any], code: int) -> int:
    print(said["message"], file=sys.stderr)
    write_json(workdir / ERROR, said)
    return code


def _seal_off(cache: Path) -> None:
    """Before any library is imported: no network, and caches of this run alone."""
    os.environ.update(OFFLINE)
    os.environ["HF_HOME"] = str(cache / "home")
    os.environ["HF_DATASETS_CACHE"] = str(cache / "datasets")
    os.environ["LM_HARNESS_CACHE_PATH"] = str(cache / "harness")
    os.environ["VLLM_CACHE_ROOT"] = str(cache / "vllm")


def read_spec(path: Path) -> Spec:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_SPEC + 1)
        if len(raw) > LARGEST_SPEC:
            raise SpecError(path.name, f"is larger than {LARGEST_SPEC} bytes")
        return parse_spec(json.loads(raw))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise SpecError(path.name, f"is not readable as JSON: {error}") from error


def run(spec: Spec, workdir: Path) -> None:
    """Cheap checks first: a wrong suite or a pickle is refused before a library is loaded."""
    from evaluation.core.checkpoint import check_checkpoint
    from evaluation.core.private import veiled
    from evaluation.core.suites import parse_suite
    from evaluation.core.tasks import build_tasks
    from evaluation.core.templatefiles import check_templates

    started = time.monotonic()
    suite = parse_suite(spec.suite)
    tasks = suite.tasks_of(spec.group)
    if not tasks:
        raise SpecError("$.group", f"no group of {suite.reference} is called {spec.group!r}")
    if isinstance(spec.source, CheckpointSource):
        check_checkpoint(workdir / spec.source.folder)
        if suite.model.chat_template:
            check_templates(workdir / spec.source.folder)
    roots = roots_of(spec, workdir)
    folder = _folder_for_questions(roots, workdir)
    built = build_tasks(suite, folder / "tasks", group=spec.group, roots=roots)
    _progress(workdir, done=0, total=len(tasks), note="loading")

    from evaluation.core.backends import connect
    from evaluation.core.frozen import frozen_inputs
    from evaluation.core.harness import evaluate, import_libraries

    backend = connect(spec, suite=suite, workdir=workdir)
    import_libraries()
    ready = time.process_time()
    record = Record(workdir)
    answers = evaluate(backend, suite=suite, tasks=tasks, folder=folder / "tasks", limit=spec.limit, roots=roots)
    for task, outcome in answers:
        metrics = [metric._asdict() for metric in outcome.metrics]
        usage = outcome.usage._asdict()
        private = task.source.kind == "private"
        samples = [veiled(sample) for sample in outcome.samples] if private else outcome.samples
        record.keep(task.name, samples=samples, metrics=metrics, usage=usage, raw=outcome.raw)
        _progress(workdir, done=len(record.done), total=len(tasks), note=task.name)
    record.close()
    frozen = frozen_inputs(suite, tasks=built, backend=backend, spec=spec)
    _write_result(workdir, record, frozen=frozen, started=started, ready=ready)


def _folder_for_questions(roots: "DataRoots", workdir: Path) -> Path:
    """The working folder; private questions are built, cached and logged in memory alone."""
    if roots.private is None:
        return workdir
    from evaluation.core.private import scratch_of

    folder = scratch_of(roots.private)
    _seal_off(folder / "cache")
    logging.disable(logging.ERROR)  # libraries quote the item they stumble over
    return folder


def roots_of(spec: Spec, workdir: Path) -> "DataRoots":
    """Folders of data outside the packages; a relative one lies in the working folder."""
    from evaluation.core.sources import DataRoots

    return DataRoots(**{name: workdir / folder for name, folder in spec.data.items()})


def _write_result(workdir: Path, record: Record, *, frozen: dict[str, Any], started: float, ready: float) -> None:
    """Processor time of this process is told in two parts: until the model was ready, and from then on."""
    result = {
        "schema": RESULT_SCHEMA,
        "frozen": frozen,
        "metrics": [metric for row in record.done for metric in row.metrics],
        "usage": [row.usage for row in record.done],
        "index": [member for row in record.done for member in row.members],
        "artefacts": {name: sha256_of(workdir / name) for name in (SAMPLES, RAW, FINISHED)},
        "seconds": f"{time.monotonic() - started:.1f}",
        "processor_seconds": {"starting": f"{ready:.2f}", "asking": f"{time.process_time() - ready:.2f}"},
    }
    write_json(workdir / RESULT, result)


def _progress(workdir: Path, *, done: int, total: int, note: str) -> None:
    with (workdir / PROGRESS).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"done": done, "total": total, "note": note}) + "\n")


def leave(code: int) -> None:
    """End at once: everything is written, and taking the libraries down takes seconds of processor time."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
