"""A gate in front of the careless object server: what a strict storage refuses, by the published rules of the protocol.

Signed addresses must hold for the headers that were sent, bodies must have their digest, and copies must be of the version named.
"""

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

import urllib3

SIGNATURE = "X-Amz-Signature"
PASSED_ON = {"connection", "transfer-encoding", "content-length", "date", "server"}  # what a gate must not repeat


def signature_of(url: str, headers: Mapping[str, str], *, secret: str, method: str = "PUT") -> str:
    """AWS Signature Version 4 of an address: canonical request, string to sign, derived key."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != SIGNATURE]
    values = dict(query)
    names = values["X-Amz-SignedHeaders"].split(";")
    pairs = (f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(query))
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    request = "\n".join([method, parts.path, "&".join(pairs), lines, ";".join(names), "UNSIGNED-PAYLOAD"])
    scope = values["X-Amz-Credential"].split("/", 1)[1]
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", values["X-Amz-Date"], scope, digest])
    key = f"AWS4{secret}".encode()
    for word in (*scope.split("/"), text):
        key = hmac.digest(key, word.encode(), "sha256")
    return key.hex()


def holds(url: str, headers: Mapping[str, str], *, secret: str, method: str = "PUT") -> bool:
    try:
        found = signature_of(url, headers, secret=secret, method=method)
    except KeyError:  # a header that was signed is absent
        return False
    return dict(parse_qsl(urlsplit(url).query))[SIGNATURE] == found


class Gate(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, code = self.refusal(headers, body)
        if status:
            self.answer(status, {}, f"<Error><Code>{code}</Code></Error>".encode())
            return
        behind = self.server.behind + self.path
        answer = urllib3.request(self.command, behind, body=body, headers=headers, retries=False, decode_content=False)
        self.answer(answer.status, answer.headers, answer.data)

    def refusal(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        signed = SIGNATURE in self.path
        if signed and not holds(self.path, headers, secret=self.server.secret, method=self.command):
            return 403, "SignatureDoesNotMatch"
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        if headers.get("x-amz-checksum-sha256", digest) != digest:
            return 400, "BadDigest"
        wanted = headers.get("x-amz-copy-source-if-match")
        if wanted and wanted != self.etag(headers["x-amz-copy-source"], sign_in=headers["authorization"]):
            return 412, "PreconditionFailed"
        return 0, ""

    def etag(self, source: str, *, sign_in: str) -> str:
        url = f"{self.server.behind}/{source.lstrip('/')}"
        answer = urllib3.request("HEAD", url, headers={"Authorization": sign_in}, retries=False)
        return answer.headers.get("ETag", "")

    def answer(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in PASSED_ON:
                self.send_header(name, value)
        length = headers.get("Content-Length") if self.command == "HEAD" else len(data)
        self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else data)

    def log_message(self, *_: object) -> None:
        pass


for _method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
    setattr(Gate, f"do_{_method}", Gate.pass_on)


@contextmanager
def strict_gate(behind: str, *, secret: str) -> Iterator[str]:
    """The gate's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    server.behind, server.secret = behind, secret
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
