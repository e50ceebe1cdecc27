"""Opens every page in Chromium, in both languages and at three widths, and says what is wrong with it.

Per page: status, CSP violations, console errors, requests to third parties, language, one h1, a title of its own,
overflow at 320, 390, 768 and 1280 px, axe-core with best practices, and the HTML validator over the served bytes.

    python -m tests.e2e.pagewalk [--shots] [--apps APP…] [--only PAGE…]    screenshots go to var/shots/
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Response, sync_playwright
from playwright.sync_api import Page as Tab

from tests.e2e.pages import apps
from tests.e2e.server import ROOT, built_pages, migrated, portal

CHROMIUM = "/usr/bin/chromium"
AXE = ROOT / "var" / "vendor" / "axe" / "axe.min.js"
VNU = ROOT / "var" / "vendor" / "vnu" / "vnu.jar"
SHOTS = ROOT / "var" / "shots"
WIDTHS = (390, 768, 1280)
NARROWEST = 320
LANGUAGES = {"ko": "", "en": "/en"}
COLLECT_CSP = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.cspViolations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));
"""
RUN_AXE = "async () => (await axe.run(document, {resultTypes: ['violations'], preload: false})).violations"


class Finding(NamedTuple):
    page: str
    check: str
    detail: str

    def __str__(self) -> str:
        return f"{self.page}: {self.check}: {self.detail}"


class Report(NamedTuple):
    visits: int
    findings: list[Finding]


class Visit(NamedTuple):
    label: str
    path: str
    title: str
    html: str
    findings: list[Finding]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


def walk(folder: Path, *, chosen: Sequence[str] = (), only: Sequence[str] = (), shots: Path | None = None) -> Report:
    """Everything found on the pages of the chosen apps, each with a database and a server of its own under `folder`."""
    _require_tools()
    template = migrated(folder / "template")
    visits: list[Visit] = []
    with chromium() as browser:
        for app in chosen or apps():
            var = shutil.copytree(template, folder / app)
            pages = [page for page in built_pages(var, app) if not only or page["name"] in only]
            with portal(var) as base:
                visits += [seen for page in pages for seen in _visits(browser, base, page, shots=shots)]
    findings = [finding for seen in visits for finding in seen.findings]
    return Report(len(visits), [*findings, *_repeated_titles(visits), *_validated(visits)])


def _visits(browser: Browser, base: str, page: dict[str, Any], *, shots: Path | None) -> Iterator[Visit]:
    context = _context(browser, base, page["session"])
    for language, prefix in LANGUAGES.items():
        seen = visit(context, base + prefix + page["path"], page, language=language, shots=shots)
        print(f"{seen.label}: {len(seen.findings)}", file=sys.stderr, flush=True)
        yield seen
    context.close()


def _context(browser: Browser, base: str, session: str) -> BrowserContext:
    context = browser.new_context(locale="ko-KR", reduced_motion="reduce")
    context.add_init_script(COLLECT_CSP)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    return context


def visit(context: BrowserContext, url: str, page: dict[str, Any], *, language: str, shots: Path | None) -> Visit:
    label = f"{page['name']}-{language}"
    tab = context.new_page()
    found: list[tuple[str, str]] = []
    tab.on("console", lambda message: _note_console(message, page, found))
    tab.on("pageerror", lambda error: found.append(("script error", str(error))))
    tab.on("request", lambda request: _note_foreign(request.url, url, found))
    response = tab.goto(url, wait_until="load")
    if response is None:
        raise RuntimeError(f"{url} gave no response.")
    found += _basics(tab, response, page, language)
    found += [("content security policy", text) for text in tab.evaluate("window.cspViolations")]
    for width in (NARROWEST, *WIDTHS):
        tab.set_viewport_size({"width": width, "height": 900})
        found += _overflow(tab, width)
        if shots and width != NARROWEST:
            tab.screenshot(path=shots / f"{label}-{width}.png", full_page=True)
    seen_before_axe = list(found)  # axe sets styles of its own, which the policy refuses and the console reports
    tab.evaluate(AXE.read_text(encoding="utf-8"))  # through the debugger, so the policy itself stays as served
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 900})
        seen_before_axe += _axe(tab, width)
    findings = [Finding(label, *item) for item in dict.fromkeys(seen_before_axe)]
    seen = Visit(label, page["path"], tab.title(), response.text(), findings)
    tab.close()
    return seen


def _note_console(message: Any, page: dict[str, Any], found: list[tuple[str, str]]) -> None:
    expected = page["status"] != 200 and "Failed to load resource" in message.text
    if message.type in {"error", "warning"} and not expected:
        found.append(("console", message.text))


def _note_foreign(requested: str, page_url: str, found: list[tuple[str, str]]) -> None:
    parts = urlsplit(requested)
    if parts.scheme in {"http", "https"} and parts.netloc != urlsplit(page_url).netloc:
        found.append(("third-party request", requested))


def _basics(tab: Tab, response: Response, page: dict[str, Any], language: str) -> Iterator[tuple[str, str]]:
    if response.status != page["status"]:
        yield "status", f"{response.status} instead of {page['status']}, at {response.url}"
    if (declared := tab.get_attribute("html", "lang")) != language:
        yield "language", f"lang is {declared!r}"
    if (headings := tab.locator("h1").count()) != 1:
        yield "headings", f"{headings} h1"
    if not tab.locator("h1").first.inner_text().strip():
        yield "headings", "the h1 is empty"
    if tab.title().startswith("|") or not tab.title().strip():
        yield "title", f"{tab.title()!r} says nothing about this page"


def _overflow(tab: Tab, width: int) -> Iterator[tuple[str, str]]:
    wide = tab.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        yield "overflow", f"{wide} px wide at {width} px"


def _axe(tab: Tab, width: int) -> Iterator[tuple[str, str]]:
    for violation in tab.evaluate(RUN_AXE):
        for node in violation["nodes"]:
            target = " ".join(str(part) for part in node["target"])
            yield "axe", f"{violation['id']} at {width} px: {target}: {node.get('failureSummary', '')}"


def _repeated_titles(visits: Iterable[Visit]) -> Iterator[Finding]:
    """A title belongs to one address; the same address may show it to several people."""
    users: dict[str, dict[str, str]] = defaultdict(dict)
    for seen in visits:
        users[seen.title][seen.path] = seen.label
    for title, labels in users.items():
        if len(labels) > 1:
            yield Finding(", ".join(sorted(labels.values())), "title", f"{title!r} is the title of several pages")


def _validated(visits: Iterable[Visit]) -> Iterator[Finding]:
    """One run of the validator over all pages as they were served."""
    with tempfile.TemporaryDirectory() as folder:
        for seen in visits:
            (Path(folder) / f"{seen.label}.html").write_text(seen.html, encoding="utf-8")
        command = ["java", "-jar", str(VNU), "--format", "json", "--skip-non-html", "--exit-zero-always", folder]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
        if not done.stderr.startswith("{"):
            raise RuntimeError(f"The HTML validator did not run: {done.stderr[-800:]}")
        for message in json.loads(done.stderr)["messages"]:
            if message["type"] == "error" or message.get("subType") == "warning":
                detail = f"line {message.get('lastLine')}: {message['message']}: {message.get('extract', '').strip()}"
                yield Finding(Path(urlsplit(message["url"]).path).stem, "validator", detail)


def _require_tools() -> None:
    missing = [str(path) for path in (Path(CHROMIUM), AXE, VNU) if not path.exists()]
    if missing:
        raise RuntimeError(
            f"Missing: {', '.join(missing)}. Run `make browser-packages` and `python tools/vendor.py --tests`."
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shots", action="store_true", help="keep screenshots in var/shots/")
    parser.add_argument("--apps", nargs="*", default=[], help=f"of {', '.join(apps())}; all when left out")
    parser.add_argument("--only", nargs="*", default=[], help="names of pages; all when left out")
    options = parser.parse_args()
    shots = SHOTS if options.shots else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = walk(Path(folder), chosen=options.apps, only=options.only, shots=shots)
    print(*report.findings, sep="\n")
    print(f"{report.visits} pages (both languages) at {len(WIDTHS)} widths: {len(report.findings)} finding(s)")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
