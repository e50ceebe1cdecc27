"""Between the harness and the served model: every answer is checked here before the harness sees it, every fault gets a name.

The harness speaks to it over a Unix socket in one line of JSON each way. A batch is split, so that a server is only ever asked
about one prompt at a time, at most `concurrency` at once. After a fault that counts nothing more is asked.
"""

import json
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evaluation.core.endpoint.answers import Checked, check_answer
from evaluation.core.endpoint.door import Door, bind_in
from evaluation.core.endpoint.faults import PASSING, Fault, ServedError
from evaluation.core.endpoint.wire import ask, largest_answer

SOCKET = "guard.sock"
TRIES = 3  # of one request
TRIES_OF_SILENCE = 2  # each may take the whole time of a request
RETRIES_OF_A_RUN = 50  # a server that needs more does not serve
WAIT = 0.5  # seconds before the second try, twice as long before each further one
LARGEST_REQUEST = 512 * 1024 * 1024  # bytes from the harness, which is ours


@dataclass
class Tally:
    """What passed the guard; written into the run's record. `seconds` sums the time of answers, also of those at once."""

    requests: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        numbers = {"requests": self.requests, "retries": self.retries}
        numbers |= {"tokens_in": self.tokens_in, "tokens_out": self.tokens_out}
        return numbers | {"seconds": f"{self.seconds:.1f}", "faults": dict(sorted(self.faults.items()))}


class Guard:
    """`is_alive` tells whether the server's program still runs; `seconds` is the time of one request."""

    def __init__(self, door: Door, *, seconds: float, concurrency: int, is_alive: Callable[[], bool]) -> None:
        self.tally = Tally()
        self.fault: ServedError | None = None
        self._door, self._seconds, self._is_alive = door, seconds, is_alive
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="guard")

    def answer(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Ask about every prompt of a batch; the answer has one checked choice for each, in their order."""
        requests = [{**document, "prompt": prompt} for prompt in document["prompt"]]
        found = list(self._pool.map(self._one, requests))
        choices = [checked.choice | {"index": n} for n, checked in enumerate(found)]
        usage = {
            "prompt_tokens": sum(c.tokens_in for c in found),
            "completion_tokens": sum(c.tokens_out for c in found),
        }
        return {"choices": choices, "usage": usage}

    def _one(self, request: Mapping[str, Any]) -> Checked:
        for attempt in range(1, TRIES + 1):
            if self.fault is not None:
                raise self.fault
            try:
                checked = self._try(request)
            except ServedError as error:
                self._weigh(error, attempt=attempt)
                time.sleep(WAIT * 2 ** (attempt - 1))
            else:
                return checked
        raise AssertionError("the last attempt raises")

    def _try(self, request: Mapping[str, Any]) -> Checked:
        began = time.monotonic()
        try:
            limit = largest_answer(len(request["prompt"]) + int(request["max_tokens"]))
            with closing(self._connection()) as connection:
                answer = ask(connection, request, seconds=self._seconds, limit=limit)
            checked = check_answer(answer, request=request)
        finally:
            with self._lock:
                self.tally.seconds += time.monotonic() - began
        with self._lock:
            self.tally.requests += 1
            self.tally.tokens_in += checked.tokens_in
            self.tally.tokens_out += checked.tokens_out
        return checked

    def _connection(self) -> Any:
        """A server that has ended is told apart from one that is slow."""
        until = time.monotonic() + self._seconds
        while True:
            if not self._is_alive():
                raise _ended()
            try:
                return self._door.connection(seconds=min(1.0, self._seconds))
            except ServedError:
                if time.monotonic() >= until:
                    raise

    def _weigh(self, error: ServedError, *, attempt: int) -> None:
        """Raise unless another try is worth it: the first fault that counts is the run's."""
        with self._lock:
            if not self._is_alive():
                error = _ended()
            self.tally.faults[error.fault] += 1
            most = TRIES_OF_SILENCE if error.fault == Fault.SILENT else TRIES
            passing = error.fault in PASSING and attempt < most
            if passing and self.tally.retries < RETRIES_OF_A_RUN and self.fault is None:
                self.tally.retries += 1
                return
            self.fault = self.fault or error
        raise self.fault


def _ended() -> ServedError:
    return ServedError(Fault.ENDED, "server", "has ended while it was needed")


class GuardServer:
    """The guard's socket in `folder`; entering starts it, leaving ends it."""

    def __init__(self, guard: Guard, folder: Path) -> None:
        self._server = _Server(_handler(guard), folder)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="guard", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, handler: type[socketserver.BaseRequestHandler], folder: Path) -> None:
        super().__init__(SOCKET, handler, bind_and_activate=False)
        bind_in(self.socket, folder, SOCKET)
        self.server_activate()


def _handler(guard: Guard) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline(LARGEST_REQUEST)
            try:
                answer = guard.answer(json.loads(line))
            except ServedError as error:
                answer = {"fault": str(error.fault), "where": error.where, "message": error.message}
            self.wfile.write(json.dumps(answer).encode() + b"\n")

    return Handler
