"""Where the server's side dials in. The portal never opens a path that a team's program could have put there.

The relay beside the server connects to one Unix socket of ours, read-only to it, and waits; a request is given to the
next connection that waits. So the two sandboxes share this socket and nothing else.
"""

import contextlib
import os
import queue
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from evaluation.core.endpoint.faults import Fault, ServedError

WAITING = 16  # connections that may wait; more are closed, so a server cannot fill our memory with them
LOOK_EVERY = 0.2
NAME = "door.sock"


class Door:
    """`folder` is bound into the server's sandbox; entering opens the door, leaving closes it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        bind_in(self._listener, folder, NAME)
        (folder / NAME).chmod(0o666)  # a container runs as another user; the job's folder keeps everybody else out
        self._listener.listen(WAITING)
        self._listener.settimeout(LOOK_EVERY)
        self._waiting: queue.Queue[socket.socket] = queue.Queue(WAITING)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="door", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._thread.join()
        self._listener.close()
        while not self._waiting.empty():
            self._waiting.get_nowait().close()

    def connection(self, *, seconds: float) -> socket.socket:
        """The next connection that waits and still lives."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                found = self._waiting.get(timeout=min(left, LOOK_EVERY))
            except queue.Empty:
                continue
            if _lives(found):
                return found
            found.close()
        raise ServedError(Fault.SILENT, "server", f"took no request within {seconds:g} s")

    def _accept(self) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(TimeoutError):
                found, _ = self._listener.accept()
                try:
                    self._waiting.put_nowait(found)
                except queue.Full:
                    found.close()


def bind_in(listener: socket.socket, folder: Path, name: str) -> None:
    """Bind below a folder whose path may be longer than an address may be (108 bytes)."""
    with contextlib.ExitStack() as stack:
        listener.bind(f"{_short(folder, stack)}/{name}")


def connect_in(connection: socket.socket, folder: Path, name: str) -> None:
    with contextlib.ExitStack() as stack:
        connection.connect(f"{_short(folder, stack)}/{name}")


def _short(folder: Path, stack: contextlib.ExitStack) -> str:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    stack.callback(os.close, number)
    return f"/proc/self/fd/{number}"


def _lives(connection: socket.socket) -> bool:
    """A waiting connection says nothing; one that speaks first or has ended is of no use."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
