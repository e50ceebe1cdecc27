"""Who is looking. Layers below `accounts` know people only as this opaque value."""

from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest


@dataclass(frozen=True)
class Viewer:
    actor: str  # "user:12", "system", "anonymous": what the ledger stores
    user_id: int | None
    roles: frozenset[str]

    @property
    def is_anonymous(self) -> bool:
        return self.user_id is None

    def has_role(self, *names: str) -> bool:
        return not self.roles.isdisjoint(names)


ANONYMOUS = Viewer(actor="anonymous", user_id=None, roles=frozenset())
SYSTEM = Viewer(actor="system", user_id=None, roles=frozenset({"system"}))


class Person(Protocol):
    """What `viewer_of_user` needs of a user model that it may not import."""

    pk: int

    def role_names(self) -> frozenset[str]: ...


def viewer_of_user(user: Person) -> Viewer:
    return Viewer(actor=f"user:{user.pk}", user_id=user.pk, roles=user.role_names())


def viewer_of(request: HttpRequest) -> Viewer:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ANONYMOUS
    return viewer_of_user(user)
