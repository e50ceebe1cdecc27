"""The child that joins the groups of a run: `python -m evaluation.core.join spec.json`.

In `parts/` lies what each group has left. Their answers become one file, and generated code is judged here: no model is in
this process, and the programs run behind walls of their own. Groups that were not measured alike are no run.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.core.answers import members_of, read_member
from evaluation.core.errors import InputError, SpecError, SuiteError
from evaluation.core.failures import failure_of
from evaluation.core.kept import RAW, SAMPLES, append_samples, write_json
from portal.common.formats.hashing import sha256_of
from portal.common.sandbox.errors import NoSandboxError

FOLDER, PART = "parts", "part.json"
RESULT, ERROR, PROGRESS = "result.json", "error.json", "progress.jsonl"
# What must be the same in all groups, for their figures to stand in one table.
ALIKE = (
    "suite",
    "harness",
    "libraries",
    "seeds",
    "limit",
    "dtype",
    "batch_size",
    "max_length",
    "chat_template",
    "architecture",
    "parameters",
    "backend",
    "label",
)


class Part(NamedTuple):
    folder: Path
    frozen: dict[str, Any]
    seconds: str
    members: list[dict[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evaluation.core.join", description="Join the groups of a run.")
    parser.add_argument("spec", type=Path, help="JSON with suite and limit; beside it the folder parts/")
    path = parser.parse_args(arguments).spec.resolve()
    workdir = path.parent
    try:
        join(json.loads(path.read_text(encoding="utf-8")), workdir)
    except InputError as error:
        write_json(
            workdir / ERROR, {"message": str(error), "cause": "input", "kind": str(error.cause), "transient": False}
        )
        print(error, file=sys.stderr)
        return 2
    except NoSandboxError as error:
        write_json(workdir / ERROR, {"message": str(error), "cause": "sandbox", "transient": True})
        return 1
    except Exception as error:
        found = failure_of(error)
        if found is None:
            raise
        write_json(workdir / ERROR, {"message": found.message, "cause": found.cause, "transient": True})
        return 1
    return 0


def join(spec: Mapping[str, Any], workdir: Path) -> None:
    started = time.monotonic()
    parts = [_read(folder) for folder in sorted((workdir / FOLDER).iterdir(), key=lambda path: int(path.name))]
    frozen = joined_facts(parts) | {"group": None, "limit": spec["limit"]}
    metrics, index = join_answers(spec["suite"], parts, workdir)
    write_json(workdir / RAW, [row for part in parts for row in json.loads((part.folder / RAW).read_bytes())])
    seconds = sum(float(part.seconds) for part in parts) + time.monotonic() - started
    result = {
        "schema": "evaluation-result/2",
        "frozen": frozen,
        "metrics": metrics,
        "index": index,
        "artefacts": {name: sha256_of(workdir / name) for name in (SAMPLES, RAW)},
        "seconds": f"{seconds:.1f}",
    }
    write_json(workdir / RESULT, result)


def _read(folder: Path) -> Part:
    found = json.loads((folder / PART).read_text(encoding="utf-8"))
    return Part(folder, found["frozen"], found["seconds"], found["index"])


def joined_facts(parts: Sequence[Part]) -> dict[str, Any]:
    """Facts that all groups share, and under `groups` the machine of each; groups of two versions are refused."""
    first = parts[0].frozen
    for part in parts[1:]:
        for name in ALIKE:
            if part.frozen.get(name) != first.get(name):
                raise SpecError(
                    name,
                    f"the groups {first['group']} and {part.frozen['group']} were measured differently, so their figures "
                    "do not stand in one table. Ask for the run again",
                )
    hardware = list(dict.fromkeys(part.frozen["hardware"] for part in parts))
    walls = list(dict.fromkeys(part.frozen["sandbox"] for part in parts))
    return first | {
        "hardware": "; ".join(hardware),
        "sandbox": walls[0] if len(walls) == 1 else "none",
        "tasks": [task for part in parts for task in part.frozen["tasks"]],
        "groups": [
            {"name": part.frozen["group"], "hardware": part.frozen["hardware"], "seconds": part.seconds}
            for part in parts
        ],
    }


def join_answers(
    suite: Mapping[str, Any], parts: Sequence[Part], workdir: Path
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Copy the answers member by member; those of code are judged on the way. Returns figures of code, and the index.

    `suite` is the document: reading it whole takes longer than to join, and it was checked when it was loaded.
    """
    code = {task["name"] for task in suite["tasks"] if task["form"] == "code"}
    metrics: list[dict[str, Any]] = []
    index: list[dict[str, Any]] = []
    target = workdir / SAMPLES
    target.write_bytes(b"")
    for part in parts:
        for name in dict.fromkeys(row["task"] for row in part.members):
            rows = [row for row in part.members if row["task"] == name]
            if name not in code:
                index += _copied(part.folder / SAMPLES, rows, target)
                continue
            _progress(workdir, name)
            figures, judged = judge_code(suite, name, _answers(part.folder / SAMPLES, rows))
            metrics += figures
            index += append_samples(target, name, judged)
    return metrics, index


def judge_code(
    document: Mapping[str, Any], name: str, samples: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Figures of one task of generated code, and its answers with what each program did."""
    from evaluation.core.figures import with_verdicts
    from evaluation.core.scoring import score_code
    from evaluation.core.suites import parse_suite

    suite = parse_suite(document)
    if suite.code is None:
        raise SuiteError("$.code", "a task of the form code has no bounds for its programs")
    task = next(task for task in suite.tasks if task.name == name)
    figures, judged = with_verdicts(task, samples, score_code(task, samples, policy=suite.code))
    return [figure._asdict() for figure in figures], judged


def _copied(source: Path, rows: Sequence[Mapping[str, Any]], target: Path) -> list[dict[str, Any]]:
    moved = []
    with source.open("rb") as read, target.open("ab") as write:
        for row in rows:
            read.seek(row["offset"])
            moved.append(dict(row) | {"offset": write.seek(0, 2)})
            write.write(read.read(row["length"]))
    return moved


def _answers(source: Path, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    with source.open("rb") as file:
        return [answer for member in members_of(list(rows)) for answer in read_member(file, member)]


def _progress(workdir: Path, note: str) -> None:
    with (workdir / PROGRESS).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"done": 0, "total": 1, "note": note}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
