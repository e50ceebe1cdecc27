"""What the chapters share: the served portal, the people at their browsers, and those who act elsewhere."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser

from tests.client.live import LivePortal
from tests.e2e.server import in_portal
from tests.e2e.way.walker import Walker


@dataclass
class Stage:
    base: str
    var: Path
    folder: Path
    browser: Browser
    shots: Path | None
    walkers: list[Walker] = field(default_factory=list)

    def person(self, name: str, *, email: str = "", language: str = "/en") -> Walker:
        """Somebody with a browser of their own; signed in when an address is given."""
        walker = Walker(self.browser, self.base, name=name, shots=self.shots, language=language)
        self.walkers.append(walker)
        if email:
            walker.sign_in(email)
        return walker

    def others(self, *arguments: str) -> str:
        return in_portal(self.var, "-m", "tests.e2e.way.others", *arguments)

    def client(self, token: str = "") -> LivePortal:
        """The upload program on the machine of a team, without anything of the portal's."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return LivePortal(self.base, None, {}, token=token, home=home)

    @property
    def troubles(self) -> list[str]:
        return [trouble for walker in self.walkers for trouble in walker.troubles]

    def close(self) -> None:
        for walker in self.walkers:
            walker.leave()
