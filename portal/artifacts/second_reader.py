"""The format's own library as a second opinion on a safetensors header, in a process of its own, after our checker.

The child gets the header alone, in a sparse file as long as the real one: no byte of a tensor leaves the store for it. It is
native code that reads what a stranger wrote, so it has no environment, no core dump and bounded time; when it dies, the file is refused.
"""

import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from portal.common.formats.safetensors_header import LENGTH_BYTES, Header

CHILD = Path(__file__).with_name("second_reader_child.py")
SECONDS = 60.0  # for one header; 100,000 tensors take about one


class SecondOpinionError(ValueError):
    """The library refuses the header, sees other tensors in it, or ends on it."""


class SecondReader:
    """Started with the first file, ended with the block. One question at a time; threads wait for each other."""

    def __init__(self) -> None:
        self._process: _Child | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def check(self, raw: bytes, header: Header, *, size: int) -> None:
        """Raise unless the library reads the same names, dtypes and shapes; `raw` is the header without its length."""
        place = tempfile.gettempdir()
        from portal.artifacts.stores.files import disk_errors  # needs the portal, which the digest above does not

        with self._turn, disk_errors(place=place), tempfile.NamedTemporaryFile(suffix=".safetensors") as copy:
            copy.write(len(raw).to_bytes(LENGTH_BYTES, "little") + raw)
            copy.truncate(size)
            copy.flush()
            answer = self._ask(copy.name)
        if "error" in answer:
            raise SecondOpinionError(str(answer["error"])[:500])
        if answer.get("digest") != tensors_digest(header):
            raise SecondOpinionError("the safetensors library reads other tensors from this header than we do")

    def _ask(self, path: str) -> dict[str, Any]:
        self._process = self._process or _Child()
        if not (line := self._process.answer_to(os.fsencode(path) + b"\n")):
            self._end()
            return {"error": "the safetensors library did not come to an end with this header"}
        return dict(json.loads(line))

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


def tensors_digest(header: Header) -> str:
    lines = sorted(json.dumps([name, info.dtype, list(info.shape)]) for name, info in header.tensors.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class _Child:
    """The process and both ends of its conversation."""

    def __init__(self) -> None:
        self.here, there = socket.socketpair()
        with there:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(CHILD)],
                stdin=there.fileno(),
                stdout=there.fileno(),
                stderr=subprocess.DEVNULL,
                env={"PYTHONUTF8": "1"},
                start_new_session=True,
            )
        self.here.settimeout(SECONDS)

    def answer_to(self, line: bytes) -> bytes:
        """One line, or nothing when the child has died or takes too long."""
        try:
            self.here.sendall(line)
            with self.here.makefile("rb") as answers:
                return answers.readline()
        except OSError:
            return b""

    def end(self) -> None:
        self.here.close()
        self.process.kill()
        self.process.wait()
