"""Which proposed benchmarks are taken: those that enough teams proposed. Pure: no Django, no clock, no database.

>>> rows = [Proposed("nuri", "KMMLU", "1.0"), Proposed("garam", "kmmlu", "1.0"), Proposed("garam", "KMMLU", "1.0")]
>>> [(choice.teams, choice.taken) for choice in choose(rows, minimum=2)]
[(('garam', 'nuri'), True)]
"""

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple


class Proposed(NamedTuple):
    team: str
    name: str
    version: str


class Choice(NamedTuple):
    key: str
    name: str  # as the first team in order of its name wrote it
    version: str
    teams: tuple[str, ...]  # each once, sorted
    taken: bool


def fold(name: str, version: str) -> str:
    """What two spellings of one benchmark have in common: letters and digits, without case, width, spaces and hyphens.

    >>> fold("GPQA-Diamond", "v1.0") == fold("gpqa diamond", "V1.0")
    True
    >>> fold("MMLU", "1.0") == fold("MMLU", "10")
    False
    """
    return f"{_folded(name)}/{_folded(version, keep='.')}"


def _folded(text: str, *, keep: str = "") -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum() or sign in f"+#{keep}")


def choose(rows: Iterable[Proposed], *, minimum: int) -> tuple[Choice, ...]:
    """Every proposed benchmark with the teams behind it; a team counts once. Most teams first, then by key."""
    if minimum < 1:
        raise ValueError(f"minimum: at least 1 team, not {minimum}.")
    by_key: dict[str, list[Proposed]] = {}
    for row in sorted(rows):
        by_key.setdefault(fold(row.name, row.version), []).append(row)
    choices = [_choice(key, same, minimum=minimum) for key, same in by_key.items()]
    return tuple(sorted(choices, key=lambda choice: (-len(choice.teams), choice.key)))


def _choice(key: str, same: list[Proposed], *, minimum: int) -> Choice:
    teams = tuple(sorted({row.team for row in same}))
    return Choice(key, same[0].name, same[0].version, teams, taken=len(teams) >= minimum)
