"""The part of the completions protocol that the portal asks for, on the standard library: an example a team may start from.

It runs inside the server's sandbox, beside the model it serves, and imports nothing of the portal.
"""

import json
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any, NamedTuple


class Scored(NamedTuple):
    """One token of a text: its log-probability given what stands before it, the likeliest token there and its own."""

    token: int
    logprob: float
    top: int
    top_logprob: float


class Model(NamedTuple):
    """`score` gives a row for every token but the first, and one for the likeliest token after the last."""

    name: str
    score: Callable[[Sequence[int]], list[Scored]]
    text: Callable[[Sequence[int]], str]
    end: int | None


def answer(model: Model, asked: dict[str, Any]) -> dict[str, Any]:
    """One prompt as token ids in, one choice out; greedy."""
    ids = [int(token) for token in asked["prompt"]]
    if asked.get("echo"):
        rows = model.score(ids)
        logprobs = {
            "token_logprobs": [None, *(row.logprob for row in rows)],
            "top_logprobs": [None, *({str(row.top): row.top_logprob} for row in rows)],
        }
        choice, written = {"index": 0, "text": model.text([*ids, rows[-1].token]), "logprobs": logprobs}, 1
    else:
        text, written = write(model, ids, most=int(asked["max_tokens"]), stops=asked.get("stop") or [])
        choice = {"index": 0, "text": text, "finish_reason": "stop"}
    return {
        "model": model.name,
        "choices": [choice],
        "usage": {"prompt_tokens": len(ids), "completion_tokens": written},
    }


def write(model: Model, ids: list[int], *, most: int, stops: Sequence[str]) -> tuple[str, int]:
    """Token after token until one that ends, a stop text or the bound; the stop text itself is left out."""
    new: list[int] = []
    while len(new) < most:
        token = model.score(ids + new)[-1].token
        if token == model.end:
            break
        new.append(token)
        text = model.text(new)
        if found := [text.index(stop) for stop in stops if stop and stop in text]:
            return text[: min(found)], len(new)
    return model.text(new), len(new)


def serve(model: Model, *, port: int) -> None:
    """Answer until ended; one computation at a time."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                body = json.dumps(answer(model, asked)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Requests are not printed."""

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
