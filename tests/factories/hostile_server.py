"""A server that misbehaves in one of many ways, named by the model it is asked for. Standard library only.

python hostile_server.py PORT
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PLAIN = "application/json"


def honest(asked):
    ids, more = asked["prompt"], len(asked["prompt"])
    logprobs = {"token_logprobs": [None] + [-1.5] * more, "top_logprobs": [None] + [{"a": -0.5}] * more}
    choice = {"index": 0, "text": "seven", "logprobs": logprobs if asked.get("echo") else None}
    return {"choices": [choice], "usage": {"prompt_tokens": len(ids), "completion_tokens": 1}}


def changed(asked, change):
    document = honest(asked)
    change(document, document["choices"][0])
    return document


CHANGES = {
    "honest": lambda d, c: None,
    "no_choices": lambda d, c: d.pop("choices"),
    "two_choices": lambda d, c: d["choices"].append(c),
    "no_logprobs": lambda d, c: c.pop("logprobs"),
    "one_logprob_less": lambda d, c: c["logprobs"]["token_logprobs"].pop(),
    "one_logprob_more": lambda d, c: c["logprobs"]["token_logprobs"].append(-1.0),
    "logprob_above_zero": lambda d, c: c["logprobs"]["token_logprobs"].__setitem__(1, 0.7),
    "logprob_missing": lambda d, c: c["logprobs"]["token_logprobs"].__setitem__(1, None),
    "logprob_text": lambda d, c: c["logprobs"]["token_logprobs"].__setitem__(1, "-1"),
    "top_below_own": lambda d, c: c["logprobs"]["top_logprobs"].__setitem__(1, {"a": -9.0}),
    "nan": lambda d, c: c["logprobs"]["token_logprobs"].__setitem__(1, float("nan")),
    "minus_infinity": lambda d, c: c["logprobs"]["token_logprobs"].__setitem__(1, float("-inf")),
    "huge_whole": lambda d, c: c["logprobs"]["token_logprobs"].__setitem__(1, -(10**400)),
    "prompt_tokens_lie": lambda d, c: d["usage"].__setitem__("prompt_tokens", 3),
    "completion_tokens_lie": lambda d, c: d["usage"].__setitem__("completion_tokens", 10_000),
    "usage_text": lambda d, c: d.__setitem__("usage", "many"),
    "long_text": lambda d, c: c.__setitem__("text", "x" * 100_000),
    "half_pair": lambda d, c: c.__setitem__("text", "a\ud800b"),
    "text_missing": lambda d, c: c.__setitem__("text", None),
    "overflow": lambda d, c: c["logprobs"]["token_logprobs"].__setitem__(1, -1.5),
}


class Handler(BaseHTTPRequestHandler):
    asked_for = set()

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        behaviour = asked["model"]
        if behaviour in CHANGES:
            body = json.dumps(changed(asked, CHANGES[behaviour])).encode()
            self.answer(200, body.replace(b"-1.5", b"-1e999") if behaviour == "overflow" else body)
        else:
            getattr(self, behaviour)(asked)

    def answer(self, status, body, kind=PLAIN, length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def once_down(self, asked):
        first = asked["model"] not in self.asked_for
        self.asked_for.add(asked["model"])
        self.status_500(asked) if first else self.answer(200, json.dumps(honest(asked)).encode())

    def status_500(self, asked):
        self.answer(500, b"CUDA out of memory \x1b[31m<script>")

    def html(self, asked):
        self.answer(200, b"<!DOCTYPE html><html><body>Welcome</body></html>", "text/html")

    def redirect(self, asked):
        self.answer(307, b"", Location="http://127.0.0.1:1/v1/completions")

    def hangs(self, asked):
        time.sleep(3600)

    def drips(self, asked):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" ")
            time.sleep(0.05)

    def drips_headers(self, asked):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-A: b\r\n")
            time.sleep(0.05)

    def endless(self, asked):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"[" * 65536)

    def cut_off(self, asked):
        body = json.dumps(honest(asked)).encode()
        self.answer(200, body[:-20], length=len(body))

    def cut_json(self, asked):
        self.answer(200, json.dumps(honest(asked)).encode()[:-20])

    def nested(self, asked):
        self.answer(200, b"[" * 100_000)

    def not_http(self, asked):
        self.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")

    def closes(self, asked):
        self.close_connection = True

    def ends(self, asked):
        os._exit(3)

    def log_message(self, *words):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
