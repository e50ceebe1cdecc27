"""A person at a browser: goes by links, buttons and labels, and keeps what went wrong on the way."""

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.pagewalk import COLLECT_CSP
from tests.factories.accounts import PASSWORD, TOTP_SECRET

PATIENCE = 60_000  # ms; machines are shared
PERIOD = 30  # seconds that a one-time code holds; one code opens one door only
KEY_WIDTH, DESK_WIDTH = 390, 1280

expect.set_options(timeout=PATIENCE)


class Walker:
    """`shots` is a folder for screenshots, or None for none; `clock` tells the hour and waits, as `time` does."""

    def __init__(
        self,
        browser: Browser,
        base: str,
        *,
        name: str,
        shots: Path | None = None,
        language: str = "/en",
        clock: Any = time,
    ) -> None:
        self.base, self.name, self.shots, self.language, self.clock = base, name, shots, language, clock
        self.troubles: list[str] = []
        self.refusals: list[str] = []
        self.proofs = 0  # how often step-up asked
        self.bookmarks: dict[tuple[str, str], str] = {}
        self.context = browser.new_context(
            locale="ko-KR", reduced_motion="reduce", viewport={"width": 1280, "height": 900}
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(COLLECT_CSP)
        self.context.on("console", self._note_console)
        self.context.on("weberror", lambda error: self.troubles.append(f"{self.name}: script error: {error.error}"))
        self.context.on("response", self._note_response)
        self.context.on("request", self._note_foreign)
        self.tab: Page = self.context.new_page()

    def _note_console(self, message: Any) -> None:
        """A policy violation stands here too. The failed loads are counted by their status instead."""
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.troubles.append(f"{self.name}: console: {message.text} at {self.tab.url}")

    def _note_response(self, response: Any) -> None:
        if response.status >= 400:
            path = re.sub(r"\d+", "N", urlsplit(response.url).path).removeprefix(self.language)
            self.refusals.append(f"{response.status} {path}")

    def _note_foreign(self, request: Any) -> None:
        if request.url.startswith("http") and not request.url.startswith(self.base):
            self.troubles.append(f"{self.name}: third-party request: {request.url}")

    def go(self, path: str) -> None:
        self.tab.goto(f"{self.base}{self.language}{path}")

    def sign_in(self, email: str) -> None:
        self.go("/accounts/login/")
        self.fill("Email", email)
        self.fill("Password", PASSWORD)
        self.press("Sign in")
        if "/2fa/" in self.tab.url:
            self.give_code()
            self.see_heading("My account")

    def _prove(self) -> None:
        """Step-up: the password again, and the code where the person has one; then the act goes through by itself."""
        self.proofs += 1
        self.shot(f"step-up-{self.name}")
        if "/2fa/" not in self.tab.url:
            self.fill("Password", PASSWORD)
            self._navigate(self.main.get_by_role("button", name="Confirm and continue"))
        if "/2fa/" in self.tab.url:
            self.give_code()

    def give_code(self) -> None:
        """A code that was used, or ran out on the way, is refused once: the next one is thirty seconds away."""
        door = self.tab.url
        for _attempt in range(3):
            counter = int(self.clock.time()) // PERIOD
            self.fill("Code", format_hotp_value(hotp_value(TOTP_SECRET, counter)))
            self._navigate(self.main.get_by_role("button", name=re.compile("continue", re.IGNORECASE)))
            if self.tab.url != door:
                return
            self.clock.sleep(PERIOD - self.clock.time() % PERIOD)
        raise AssertionError(f"{self.name}: the one-time code was refused three times")

    @property
    def main(self) -> Locator:
        return self.tab.locator("main")

    def menu(self, name: str) -> None:
        self._click(self.tab.get_by_role("navigation", name="Main menu").get_by_role("link", name=name, exact=True))

    def follow(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        self._click((within or self.main).get_by_role("link", name=name).first)

    def press(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        self._click((within or self.main).get_by_role("button", name=name))

    def _click(self, target: Locator) -> None:
        """Every link and button of the way leads to a page; some by way of step-up, when the last proof is old."""
        self._navigate(target)
        if "/reauthenticate/" in self.tab.url:
            self._prove()

    def _navigate(self, target: Locator) -> None:
        with self.tab.expect_navigation():
            target.click()

    def open(self, summary: str) -> Locator:
        """Unfold a <details>, and give it back."""
        folded = self.main.locator("details").filter(has=self.tab.locator("summary", has_text=summary)).first
        if folded.get_attribute("open") is None:
            folded.locator("summary").first.click()
        return folded

    def fill(self, label: str, text: str, *, within: Locator | None = None) -> None:
        (within or self.main).get_by_label(label, exact=True).fill(text)

    def fill_optional(self, label: str, text: str) -> None:
        self.fill(f"{label} (optional)", text)

    def choose(self, label: str, option: str, *, within: Locator | None = None) -> None:
        field = (within or self.main).get_by_label(label, exact=True)
        field.wait_for()  # the list of options is read at once, without waiting for the page
        known = field.locator("option").all_text_contents()
        chosen = [text for text in known if option in text]
        assert len(chosen) == 1, f"{option!r} among {known}"
        field.select_option(label=chosen[0])

    def tick(self, label: str, *, within: Locator | None = None) -> None:
        (within or self.main).get_by_label(label).check()

    def row(self, text: str) -> Locator:
        return self.main.get_by_role("row").filter(has_text=text)

    def see(self, text: str | re.Pattern[str]) -> None:
        expect(self.main.get_by_text(text).first).to_be_visible()

    def see_heading(self, text: str | re.Pattern[str]) -> None:
        expect(self.tab.get_by_role("heading", level=1)).to_contain_text(text)

    def told(self, text: str) -> None:
        """The message above the page that follows an act."""
        expect(
            self.tab.locator(".messages, [role=status], [role=alert], .alert").filter(has_text=text).first
        ).to_be_visible()

    def shot(self, name: str, *, key: bool = False) -> None:
        """The page as it stands; a key page also on a telephone, and in Korean."""
        self.check_policy()
        if self.shots is None:
            return
        for width in (DESK_WIDTH, KEY_WIDTH) if key else (DESK_WIDTH,):
            self.tab.set_viewport_size({"width": width, "height": 900})
            self.tab.screenshot(path=self.shots / f"{name}-{width}.png", full_page=True)
        self.tab.set_viewport_size({"width": DESK_WIDTH, "height": 900})

    def korean(self, name: str) -> None:
        """The same page in the default language, in a tab of its own."""
        if self.shots is None:
            return
        tab = self.context.new_page()
        tab.goto(self.tab.url.replace(f"{self.base}/en/", f"{self.base}/"))
        tab.screenshot(path=self.shots / f"{name}-ko-{DESK_WIDTH}.png", full_page=True)
        tab.close()

    def check_policy(self) -> None:
        self.troubles += [
            f"{self.name}: policy: {text} at {self.tab.url}" for text in self.tab.evaluate("window.cspViolations")
        ]

    def leave(self) -> None:
        """Close the window; after a failure, with a last look at it."""
        with suppress(Exception):
            if self.shots is not None:
                self.tab.screenshot(path=self.shots / f"last-{self.name}.png", full_page=True)
        self.context.close()
