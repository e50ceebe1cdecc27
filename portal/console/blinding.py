"""Orders and code names of models, different for every evaluator and the same again from the same seed. No Django.

>>> blinded("00" * 32, evaluator="u01", entries=["A", "B"]) == blinded("00" * 32, evaluator="u01", entries=["B", "A"])
True
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable
from typing import NamedTuple

CONSONANTS = "BCDFGHJKMNPQRTVWXZ"
DIGITS = "23456789"


class Blinded(NamedTuple):
    entry: str
    position: int  # from 1
    code_name: str


def blinded(seed: str, *, evaluator: str, entries: Iterable[str], taken: Collection[str] = ()) -> list[Blinded]:
    """The entries in the evaluator's own order, each under a code name that nobody else was given.

    `seed` is hex; `evaluator` and the entries are any texts that stay the same. Both order and names are keyed hashes,
    so that they follow neither from the entries' codes nor from each other.
    """
    ordered = sorted(set(entries), key=lambda entry: _digest(seed, "order", evaluator, entry))
    used, rows = set(taken), []
    for position, entry in enumerate(ordered, start=1):
        name = _free_name(seed, evaluator, entry, used)
        used.add(name)
        rows.append(Blinded(entry, position, name))
    return rows


def _free_name(seed: str, evaluator: str, entry: str, used: Collection[str]) -> str:
    for attempt in range(1000):
        name = code_name(_digest(seed, "name", evaluator, entry, str(attempt)))
        if name not in used:
            return name
    raise ValueError(f"{len(used)} code names are taken; a round is not meant to need so many")


def code_name(digest: bytes) -> str:
    """Four signs such as "K4T7": digits between the letters, so that no company's name comes out."""
    number, signs = int.from_bytes(digest, "big"), ""
    for alphabet in (CONSONANTS, DIGITS, CONSONANTS, DIGITS):
        number, place = divmod(number, len(alphabet))
        signs += alphabet[place]
    return signs


def _digest(seed: str, *words: str) -> bytes:
    return hmac.digest(bytes.fromhex(seed), "\x00".join(words).encode(), hashlib.sha256)
