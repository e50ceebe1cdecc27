"""Small served models for tests: real HTTP servers on this machine that speak the protocol and try to give themselves away."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Says:
    """How a model behaves. `answer` makes the text of the n-th request; None instead of a text is a failure with 500."""

    answer: Callable[[int, list[dict[str, str]]], str | None]
    delay: float = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None  # instead of a document of the protocol
    drip: bool = False  # one byte a tenth of a second, for ever
    requests: list[dict[str, Any]] = field(default_factory=list)
    seen_headers: list[dict[str, str]] = field(default_factory=list)


def says(text: str, **behaviour: Any) -> Says:
    return Says(lambda number, messages: text, **behaviour)


@contextmanager
def served(behaviour: Says) -> Iterator[str]:
    """The base address of a running model."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(behaviour))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _handler(behaviour: Says) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            behaviour.requests.append(document)
            behaviour.seen_headers.append(dict(self.headers))
            time.sleep(behaviour.delay)
            text = behaviour.answer(len(behaviour.requests), document["messages"])
            status = 500 if text is None else behaviour.status
            body = behaviour.body if behaviour.body is not None else _document(text or "down", document["model"])
            self.send_response(status)
            for name, value in behaviour.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body) * (1000 if behaviour.drip else 1)))
            self.end_headers()
            self._write(body)

        def _write(self, body: bytes) -> None:
            if not behaviour.drip:
                self.wfile.write(body)
                return
            try:
                while True:
                    self.wfile.write(b" ")
                    time.sleep(0.1)
            except OSError:
                return  # the other side has hung up

        def log_message(self, *arguments: Any) -> None:
            """Tests print nothing."""

    return Handler


def _document(text: str, model: str) -> bytes:
    """As services answer: with the model's name and a fingerprint beside the text."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 11, "completion_tokens": len(text), "total_tokens": 11 + len(text)}
    return json.dumps(
        {"id": "x", "model": model, "system_fingerprint": model, "choices": [choice], "usage": usage}
    ).encode()
