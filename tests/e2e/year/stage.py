"""The stage of the year: the served portal with its clock, people at browsers, and those who act elsewhere."""

from dataclasses import dataclass, field

from tests.e2e.server import in_portal
from tests.e2e.way.stage import Stage
from tests.e2e.way.walker import Walker
from tests.e2e.year.clock import Clock
from tests.e2e.year.people import DECIDER, OFFICER


@dataclass
class YearStage(Stage):
    clock: Clock | None = None
    here: dict[str, Walker] = field(default_factory=dict)

    def person(self, name: str, *, email: str = "", language: str = "/en") -> Walker:
        walker = Walker(self.browser, self.base, name=name, shots=self.shots, language=language, clock=self.clock)
        self.walkers.append(walker)
        if email:
            walker.sign_in(email)
        return walker

    def others(self, *arguments: str) -> str:
        return in_portal(self.var, "-m", "tests.e2e.year.others", *arguments)

    def day(self, moment: str) -> None:
        """The next day of the play. Everybody's browser is closed overnight, as their times in the portal have run out."""
        assert self.clock is not None
        self.clock.set(moment)
        self.here.clear()
        for walker in self.walkers:
            walker.context.clear_cookies()

    def staff(self, email: str) -> Walker:
        """One of the staff, signed in today."""
        if email not in self.here:
            name = email.partition("-")[0]
            known = next((walker for walker in self.walkers if walker.name == name), None)
            self.here[email] = known or self.person(name)
            self.here[email].sign_in(email)
        return self.here[email]

    @property
    def officer(self) -> Walker:
        return self.staff(OFFICER)

    @property
    def decider(self) -> Walker:
        return self.staff(DECIDER)
