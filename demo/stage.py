"""What every scene shares: where the portal is, who acts, and how a scene reports."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from demo import cast
from portal.accounts.actions import create_user
from portal.accounts.models import User
from portal.common.viewer import Viewer, viewer_of_user
from portal.consortia.models import Consortium, Entry
from portal.programmes.models import Phase


class UnexpectedOutcomeError(Exception):
    """A step of the demonstration came out differently than it must."""


class Outcome(NamedTuple):
    note_ko: str
    note_en: str
    facts: dict[str, Any] = {}


@dataclass
class Stage:
    var: Path
    server: str
    say: Callable[[str], None]
    users: dict[str, User] = field(default_factory=dict)

    @property
    def models(self) -> Path:
        return self.var / "demonstration"

    @property
    def phase(self) -> Phase:
        return Phase.objects.select_related("ruleset", "programme").get(programme__slug="demonstration", number=1)

    def user(self, person: cast.Person) -> User:
        """The account of a person of the cast, made when first asked for."""
        if person.email not in self.users:
            self.users[person.email] = User.objects.filter(email=person.email).first() or create_user(
                email=person.email,
                name=person.title,
                password=cast.PASSWORD,
                roles=person.roles,
                totp_secret=cast.TOTP_SECRET if person.needs_code else None,
            )
        return self.users[person.email]

    def viewer(self, person: cast.Person) -> Viewer:
        return viewer_of_user(self.user(person))

    def consortium(self, team: cast.Team) -> Consortium:
        return Consortium.objects.get(slug=team.slug)

    def entry(self, team: cast.Team) -> Entry:
        return Entry.objects.select_related("phase", "consortium", "ruleset").get(
            consortium__slug=team.slug, phase=self.phase
        )

    def wait_for(self, what: str, ready: Callable[[], bool], *, limit: float = 1800) -> None:
        """Wait for other processes of the portal; `limit` in seconds is for a machine that stands still, not a measure."""
        end = time.monotonic() + limit
        while not ready():
            if time.monotonic() > end:
                raise UnexpectedOutcomeError(f"{what}: nothing after {limit:.0f} s")
            time.sleep(0.5)


def expect(condition: object, message: str) -> None:
    if not condition:
        raise UnexpectedOutcomeError(message)
