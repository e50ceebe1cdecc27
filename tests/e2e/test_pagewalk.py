"""The walk finds what it is there to find, and forgets it before the next page."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.e2e import pagewalk

pytestmark = pytest.mark.browser
GOOD = "<main><h1>One heading</h1><p>All is well.</p></main>"
BAD = f"""
<main><h1 style="color: red">One</h1><h1>Two</h1><img src="http://127.0.0.2:9/other.png"><p>{"long" * 90}</p></main>
<script src="/fails.js"></script>
"""
FAILS = 'console.error("said so"); throw new Error("thrown");'
EVERY_CHECK = {
    "axe", "console", "content security policy", "headings", "overflow", "script error", "third-party request", "title",
}  # fmt: skip


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        body = {"/good/": GOOD, "/en/good/": GOOD, "/fails.js": FAILS}.get(self.path, BAD)
        title = "A page" if body == GOOD else ""
        kind = "javascript" if body == FAILS else "html"
        if kind == "html":
            language = "en" if self.path.startswith("/en/") else "ko"
            body = f'<!doctype html><html lang="{language}"><title>{title}</title>{body}</html>'
        self.send_response(200)
        self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        pass


@contextmanager
def served():
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def checks_on(*names: str) -> list[set[str]]:
    """Per page, seen by one browser one after the other: the kinds of findings in either language."""
    with served() as base, pagewalk.chromium() as browser:
        context = pagewalk.new_context(browser)
        tab = context.new_page()
        pages = [{"name": name, "path": f"/{name}/", "session": "", "status": 200} for name in names]
        visits = [list(pagewalk.visits_of(context, tab, base, page, shots=None)) for page in pages]
    return [{finding.check for seen in both for finding in seen.findings} for both in visits]


def test_each_defect_is_found_and_none_is_carried_to_the_next_page():
    good, bad, again = checks_on("good", "bad", "good")

    assert (good, again) == (set(), set())
    assert bad == EVERY_CHECK
