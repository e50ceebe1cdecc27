"""The child of a run of source B: `python -m evaluation.core.endpoint.conduct conduct.json`.

Starts the team's server behind walls of its own and the harness behind others, with the guard between them; holds the files
handed in against their digests before the server starts and after it has ended. The harness writes its results into this
folder as for a checkpoint, endpoint.json says what passed the guard. Exit codes are those of the harness; 2 with error.json
where the served model is at fault, whatever the harness made of it.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.core.endpoint import containers, relay
from evaluation.core.endpoint.binding import check_binding
from evaluation.core.endpoint.contract import Serving, check_files, parse_serving
from evaluation.core.endpoint.door import Door
from evaluation.core.endpoint.faults import Fault, ServedError
from evaluation.core.endpoint.guard import Guard, GuardServer
from evaluation.core.endpoint.server import FOLDER_MB, SERVED, Served, in_container, in_sandbox
from portal.common.sandbox.engines import engine
from portal.common.sandbox.errors import NoSandboxError
from portal.common.sandbox.probe import strength
from portal.common.sandbox.spec import Sandbox
from portal.common.sandbox.walls import walls

RECORD, ERROR, RESULT = "endpoint.json", "error.json", "result.json"
LARGEST_RESULT = 64 * 1024 * 1024  # bytes
BOUND = ("weights", "bundle")
INPUT_ERROR = 2


def main(path: str) -> int:
    plan = json.loads(Path(path).read_text(encoding="utf-8"))
    workdir = Path(path).resolve().parent
    record: dict[str, Any] = {}
    try:
        return _conduct(plan, workdir, record)
    except ServedError as error:
        record["fault"] = str(error.fault)
        _write(workdir / ERROR, {"message": str(error), "cause": "endpoint", "transient": False})
        print(error, file=sys.stderr)
        return INPUT_ERROR
    except NoSandboxError as error:
        _write(workdir / ERROR, {"message": str(error), "cause": "sandbox", "transient": False})
        print(error, file=sys.stderr)
        return INPUT_ERROR
    finally:
        _write(workdir / RECORD, record)


def _conduct(plan: Mapping[str, Any], workdir: Path, record: dict[str, Any]) -> int:
    serving = parse_serving(plan["serving"])
    check_files(serving, [row["path"] for row in plan["files"]["bundle"]])
    _bind(plan, workdir, when="before the run")
    guard: Guard | None = None
    try:
        with Door(workdir / "door") as door, _server(serving, plan, workdir) as served:
            began = time.monotonic()
            served.await_door(door, seconds=serving.start_seconds)
            record["start_seconds"] = f"{time.monotonic() - began:.1f}"
            guard = Guard(
                door, seconds=serving.request_seconds, concurrency=serving.concurrency, is_alive=served.is_alive
            )
            with GuardServer(guard, workdir):
                code = _harness(plan["harness"], workdir)
    finally:
        if guard is not None:
            record |= guard.tally.document()
    if guard.fault is not None and not _said_by_harness(workdir, code):
        raise _with_memory(guard.fault, workdir, serving)
    _bind(plan, workdir, when="after the run")
    record["bound"] = list(BOUND)
    if code == 0:
        _add_record(workdir / RESULT, record)
    return code


def _add_record(path: Path, record: Mapping[str, Any]) -> None:
    """What passed the guard belongs to what the run saw."""
    with path.open("rb") as file:
        result = json.loads(file.read(LARGEST_RESULT))
    result["frozen"]["endpoint"] = dict(record)
    _write(path, result)


def _bind(plan: Mapping[str, Any], workdir: Path, *, when: str) -> None:
    for name in BOUND:
        check_binding(workdir / name, plan["files"][name], when=when)


def _server(serving: Serving, plan: Mapping[str, Any], workdir: Path) -> Served:
    """In a container where the bundle is an image; as a sandboxed process where it is not and the installation lets it."""
    folders = containers.Folders(*(workdir / name for name in (*BOUND, "door", "relay")))
    folders.relay.mkdir()
    shutil.copyfile(relay.__file__, folders.relay / "relay.py")
    cards = cards_of(os.environ.get("JOB_CARD_DEVICES", ""))  # the worker's numbers of /dev/nvidiaN
    if serving.image is None:
        if not plan["local"]:
            message = "is missing: this installation runs images alone, with a container engine"
            raise ServedError(Fault.CONTRACT, "serving.json $.image", message)
        return in_sandbox(serving, folders=folders, folder=workdir / "served", cards=cards)
    return in_container(
        serving,
        engine=engine(),
        name=plan["name"],
        folders=folders,
        folder=workdir / "served",
        cards=cards,
        interconnect=containers.interconnect_of(plan.get("interconnect")),
    )


def _harness(harness: Mapping[str, Any], workdir: Path) -> int:
    """Behind walls of its own: it holds the questions with their answers, and the server is another's program."""
    bounds = dict(harness["sandbox"])
    laid_out = (*map(Path, bounds.pop("readable")), *(workdir / name for name in (*BOUND, "served")))
    sandbox = Sandbox(**bounds | {"readable": laid_out, "cards": ()})
    env = dict(os.environ) | harness["env"] | {"CUDA_VISIBLE_DEVICES": "", "PORTAL_SANDBOX": strength().label}
    argv = walls(harness["argv"], sandbox=sandbox, workdir=workdir, env=env)
    return subprocess.run(argv, cwd=workdir, stdin=subprocess.DEVNULL, check=False).returncode


def _said_by_harness(workdir: Path, code: int) -> bool:
    """Its probes say what a fault means for the contract, which the guard cannot know."""
    try:
        said = json.loads((workdir / ERROR).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return code == INPUT_ERROR and said.get("cause") == "endpoint"


def _with_memory(fault: ServedError, workdir: Path, serving: Serving) -> ServedError:
    """A server that was ended because its memory ran out is told so."""
    try:
        ended_by = json.loads((workdir / SERVED).read_text(encoding="utf-8"))["ended_by"]
    except (OSError, ValueError, KeyError):
        return fault
    if fault.fault not in {Fault.ENDED, Fault.START} or ended_by not in {"memory", "folder"}:
        return fault
    bound = f"memory ({serving.needs['memory_gb']} GB)" if ended_by == "memory" else f"its folder ({FOLDER_MB} MB)"
    return ServedError(fault.fault, fault.where, f"{fault.message}. It was ended because it filled {bound}")


def cards_of(text: str) -> tuple[int, ...]:
    """Numbers from a list of cards.

    >>> cards_of("0,3"), cards_of(""), cards_of("-1")
    ((0, 3), (), ())
    """
    return tuple(int(part) for part in text.split(",") if part.strip().isdecimal())


def _write(path: Path, value: Any) -> None:
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
