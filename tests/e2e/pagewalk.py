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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Response, ViewportSize, sync_playwright
from playwright.sync_api import Page as Tab

from tests.e2e.pages import apps
from tests.e2e.server import ROOT, built_pages, migrated, portal

CHROMIUM = "/usr/bin/chromium-headless-shell"
AXE = ROOT / "var" / "vendor" / "axe" / "axe.min.js"
VNU = ROOT / "var" / "vendor" / "vnu" / "vnu.jar"
SHOTS = ROOT / "var" / "shots"
WIDTHS = (390, 768, 1280)
# Each layout and each language once: the two share their structure. Overflow is looked at everywhere.
AXE_AT = {"ko": (390,), "en": (1280,)}
NARROWEST = 320
LANGUAGES = {"ko": "", "en": "/en"}
COLLECT_CSP = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.cspViolations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));
"""
# A page keeps what was typed in the browser; the next visitor must not find it.
FORGET = "try { localStorage.clear(); sessionStorage.clear(); } catch {}"
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
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--in-process-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()


def walk(folder: Path, *, chosen: Sequence[str] = (), only: Sequence[str] = (), shots: Path | None = None) -> Report:
    """Everything found on the pages of the chosen apps, each with a database and a server of its own under `folder`."""
    template = migrated(folder / "template")
    visits: list[Visit] = []
    for app in chosen or apps():
        visits += walked(folder / app, app, template=template, only=only, shots=shots)
    findings = [finding for seen in visits for finding in seen.findings]
    return Report(len(visits), [*findings, *repeated_titles(visits), *validated(visits)])


def walked(var: Path, app: str, *, template: Path, only: Sequence[str] = (), shots: Path | None = None) -> list[Visit]:
    """The pages of one app, seen by a browser that keeps its cache from one to the next."""
    _require_tools()
    shutil.copytree(template, var)
    pages = [page for page in built_pages(var, app) if not only or page["name"] in only]
    with portal(var) as base, chromium() as browser:
        context = new_context(browser)
        tab = context.new_page()
        return [seen for page in pages for seen in visits_of(context, tab, base, page, shots=shots)]


def new_context(browser: Browser) -> BrowserContext:
    context = browser.new_context(locale="ko-KR", reduced_motion="reduce", viewport=_viewport(WIDTHS[-1]))
    context.add_init_script(COLLECT_CSP)
    context.add_init_script(FORGET)
    context.add_init_script(path=AXE)  # through the debugger, so the policy itself stays as served
    return context


def visits_of(
    context: BrowserContext, tab: Tab, base: str, page: dict[str, Any], *, shots: Path | None
) -> Iterator[Visit]:
    for language, prefix in LANGUAGES.items():
        context.clear_cookies()
        if page["session"]:
            context.add_cookies([{"name": "sessionid", "value": page["session"], "url": base}])
        seen = visit(tab, base + prefix + page["path"], page, language=language, shots=shots)
        print(f"{seen.label}: {len(seen.findings)}", file=sys.stderr, flush=True)
        yield seen


def visit(tab: Tab, url: str, page: dict[str, Any], *, language: str, shots: Path | None) -> Visit:
    label = f"{page['name']}-{language}"
    found: list[tuple[str, str]] = []
    with (
        _listening(tab, "pageerror", lambda error: found.append(("script error", str(error)))),
        _listening(tab, "request", lambda request: _note_foreign(request.url, url, found)),
    ):
        with _listening(tab, "console", lambda message: _note_console(message, page, found)):
            response = tab.goto(url, wait_until="load")
            if response is None:
                raise RuntimeError(f"{url} gave no response.")
            found += _basics(tab, response, page, language)
            found += [("content security policy", text) for text in tab.evaluate("window.cspViolations")]
            found += _overflow(tab, NARROWEST)
        for width in WIDTHS:  # axe sets styles of its own, which the policy refuses and the console reports
            found += _overflow(tab, width)
            if shots:
                tab.screenshot(path=shots / f"{label}-{width}.png", full_page=True)
            if width in AXE_AT[language]:
                found += _axe(tab)
    findings = [Finding(label, *item) for item in dict.fromkeys(found)]
    return Visit(label, page["path"], tab.title(), response.text(), findings)


@contextmanager
def _listening(tab: Tab, event: Any, listener: Callable[[Any], None]) -> Iterator[None]:
    tab.on(event, listener)
    try:
        yield
    finally:
        tab.remove_listener(event, listener)


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


def _viewport(width: int) -> ViewportSize:
    return {"width": width, "height": 900}


def _overflow(tab: Tab, width: int) -> Iterator[tuple[str, str]]:
    tab.set_viewport_size(_viewport(width))
    wide = tab.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        yield "overflow", f"{wide} px wide at {width} px"


def _axe(tab: Tab) -> Iterator[tuple[str, str]]:
    for violation in tab.evaluate(RUN_AXE):
        for node in violation["nodes"]:
            target = " ".join(str(part) for part in node["target"])
            yield (
                "axe",
                f"{violation['id']} at {tab.viewport_size['width']} px: {target}: {node.get('failureSummary', '')}",
            )


def repeated_titles(visits: Iterable[Visit]) -> Iterator[Finding]:
    """A title belongs to one address; the same address may show it to several people."""
    users: dict[str, dict[str, str]] = defaultdict(dict)
    for seen in visits:
        users[seen.title][seen.path] = seen.label
    for title, labels in users.items():
        if len(labels) > 1:
            yield Finding(", ".join(sorted(labels.values())), "title", f"{title!r} is the title of several pages")


def validated(visits: Iterable[Visit]) -> Iterator[Finding]:
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
