"""The team's server as a process of this machine: in a sandbox or in a container, its newest output kept, ended for certain."""

import contextlib
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from evaluation.core.endpoint import containers
from evaluation.core.endpoint.binding import targets_of
from evaluation.core.endpoint.contract import Serving
from evaluation.core.endpoint.door import NAME, Door
from evaluation.core.endpoint.faults import Fault, ServedError
from evaluation.core.endpoint.image import check_layout
from portal.common.sandbox.spec import Sandbox
from portal.common.sandbox.walls import walls

SERVED = "served.json"  # what the walls say about it
KEPT = 8_192  # bytes of the newest output
SHOWN = 800  # characters of it in a message
SECONDS_TO_END = 10
SECONDS_TO_LOAD = 1800
FOLDER_MB = 4_096
PROCESSES = 4_096
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class Served:
    """Entering starts `argv`, leaving ends it and everything below it. `afterwards` is run last, such as the removal of a container."""

    def __init__(self, argv: Sequence[str], *, folder: Path, afterwards: Sequence[str] = ()) -> None:
        self._argv, self._folder, self._afterwards = argv, folder, afterwards
        self._newest = bytearray()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._argv, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._afterwards:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(self._afterwards, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def await_door(self, door: Door, *, seconds: float) -> None:
        """Until its port is open and the relay has dialled in; what it printed by then knows nothing of any question."""
        until = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() >= until:
                message = f"did not open its port within {seconds:g} s{self._said()}"
                raise ServedError(Fault.START, "server", message)
            with contextlib.suppress(ServedError):
                door.connection(seconds=0.5).close()
                return
        if self._reader:
            self._reader.join(SECONDS_TO_END)
        code = self._process.returncode if self._process else None
        raise ServedError(Fault.START, "server", f"ended with code {code} before its port was open{self._said()}")

    def _said(self) -> str:
        text = bytes(self._newest).decode("utf-8", "replace").replace(str(self._folder.parent), "…")
        text = "".join(c if c.isprintable() or c == "\n" else " " for c in text).strip()
        return f". It printed last: {text[-SHOWN:]}" if text else " and printed nothing"

    def _read(self, output: IO[bytes]) -> None:
        """Everything goes on to our own output, of which the worker keeps the newest part."""
        while chunk := output.read1(65_536):  # type: ignore[attr-defined]
            self._newest += chunk
            del self._newest[:-KEPT]
            with contextlib.suppress(OSError):
                sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()


def in_sandbox(serving: Serving, *, folders: containers.Folders, folder: Path, cards: Sequence[int]) -> Served:
    """A folder of Python files on the portal's own interpreter, which it sees with its libraries and without our source."""
    if serving.nodes > 1:
        raise ServedError(Fault.CONTRACT, "serving.json $.nodes", "more than one node needs an image")
    command = serving.argv(weights=str(folders.weights), bundle=str(folders.bundle))
    command[0] = sys.executable if command[0] in {"python", "python3"} else command[0]
    folder.mkdir(exist_ok=True)
    linked = [path for laid_out in (folders.weights, folders.bundle) for path in targets_of(laid_out)]
    sandbox = Sandbox(
        readable=(folders.weights, folders.bundle, folders.door, folders.relay, *linked),
        memory_mb=serving.needs["memory_gb"] * 1024,
        processes=PROCESSES,
        cards=tuple(cards),
        foreign_code=True,
        folder_mb=FOLDER_MB,
    )
    argv = [
        sys.executable,
        "-I",
        str(folders.relay / "relay.py"),
        str(folders.door / NAME),
        str(serving.port),
        *command,
    ]
    env = OFFLINE | {"HOME": str(folder), "PYTHONPATH": str(folders.bundle)}
    return Served(walls(argv, sandbox=sandbox, workdir=folder, env=env, report=folder.parent / SERVED), folder=folder)


def in_container(
    serving: Serving,
    *,
    engine: str,
    name: str,
    folders: containers.Folders,
    folder: Path,
    cards: Sequence[int],
    interconnect: containers.Interconnect | None,
) -> Served:
    """The one image that serving.json pins, loaded from the bundle and run by the id of its configuration."""
    if not engine:
        raise ServedError(Fault.ENGINE, "image", "cannot be run: this worker has no container engine; ask an operator")
    if serving.image is None:
        raise ValueError("no image to run")
    image = check_layout(folders.bundle, manifest=serving.image.manifest)
    folder.mkdir(exist_ok=True)
    argv = containers.container_argv(
        serving, engine=engine, image=image, name=name, folders=folders, cards=cards, interconnect=interconnect
    )
    load(engine, folders.bundle)
    return Served(argv, folder=folder, afterwards=containers.remove_argv(engine, name=name))


def load(engine: str, layout: Path) -> None:
    """Pack the layout into the engine's standard input as it is read: nothing is unpacked and no second copy is written."""
    with subprocess.Popen(
        containers.load_argv(engine), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        timer = threading.Timer(SECONDS_TO_LOAD, process.kill)
        timer.start()
        said: list[bytes] = []
        reader = threading.Thread(target=lambda: said.append(process.stderr.read(KEPT)) if process.stderr else None)
        reader.start()
        with contextlib.suppress(BrokenPipeError), tarfile.open(fileobj=process.stdin, mode="w|") as archive:
            for part in ("oci-layout", "index.json", "blobs"):
                archive.add(layout / part, arcname=part, filter=_plain)
        _close(process.stdin)
        code = process.wait()
        timer.cancel()
        reader.join()
    if code != 0:
        words = " ".join(b"".join(said).decode("utf-8", "replace").split())[:300]
        raise ServedError(Fault.ENGINE, "image", f"is refused by {engine}: {words or f'exit code {code}'}")


def _close(stream: IO[bytes] | None) -> None:
    with contextlib.suppress(OSError):
        if stream:
            stream.close()


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Owner and time of this machine are nobody's business."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member
