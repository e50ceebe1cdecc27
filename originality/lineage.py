"""Which references a team declared: components it took over, and own earlier models. Pure, so that the plan can freeze it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

COMPONENT, OWN_LINEAGE = "component", "own lineage"
FROM_SCRATCH = "from_scratch"


class Ancestor(NamedTuple):
    """A model that a part descends from, by name and, where the team gave it, by the digest of its content."""

    name: str
    digest: str = ""


class DeclaredPart(NamedTuple):
    """One part of the candidate as the team declared it; `share` of the parameters is a decimal as text."""

    part: str
    name: str
    origin: str
    licence: str
    training: str
    share: str
    ancestors: tuple[Ancestor, ...] = ()


class Known(NamedTuple):
    """A reference of the registry; `account` is that of the consortium whose own model it is, or empty."""

    id: int
    name: str
    digest: str
    account: str


def matched(parts: Sequence[DeclaredPart], *, references: Iterable[Known], account: str) -> list[dict[str, Any]]:
    """Return a row per part and declared reference; `reference` is None where the registry holds none that was named.

    An own earlier model is one that the team declares and the registry knows to be its own: nobody can declare
    somebody else's model to be theirs.
    """
    known = list(references)
    return [row for part in parts for row in _rows(part, known, account)]


def _rows(part: DeclaredPart, known: list[Known], account: str) -> list[dict[str, Any]]:
    facts = {key: value for key, value in part._asdict().items() if key != "ancestors"}
    named = [row for row in known if _names(part, row)]
    if not named:
        return [{**facts, "own": False, "reference": None}]
    return [{**facts, "own": row.account != "" and row.account == account, "reference": row.id} for row in named]


def _names(part: DeclaredPart, row: Known) -> bool:
    """By an ancestor's digest where it has one, else by its name; by the origin only where that is the name and no more.

    A sentence about an origin names models also to deny them, and what was trained from scratch has no origin.
    """
    if any(_is(row, ancestor) for ancestor in part.ancestors):
        return True
    return part.training != FROM_SCRATCH and _plain(part.origin) == _plain(row.name)


def _is(row: Known, ancestor: Ancestor) -> bool:
    if ancestor.digest:
        return ancestor.digest.lower() == row.digest
    return _plain(ancestor.name) == _plain(row.name)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def declared_as(rows: Iterable[dict[str, Any]], *, reference: int) -> str:
    """Return how the team declared a reference: COMPONENT, OWN_LINEAGE, or empty for one it did not name."""
    named = [row["own"] for row in rows if row["reference"] == reference]
    if not named:
        return ""
    return OWN_LINEAGE if all(named) else COMPONENT
