"""A seeded draw within quotas, which anybody can repeat. No Django.

    python -m portal.common.formats.lot FILE      draw again from a published document and compare

The procedure `seeded-sha256/1`. Before the pool closes, the SHA-256 of a secret of 256 random bits is published, with the
name of a public figure that nobody knows yet (a lottery number, say). When the pool is closed, its digest is published.
Then the seed is the SHA-256 of "secret", newline, "figure". Every candidate gets the ticket SHA-256 of "seed", newline,
"cell", newline, "code". Within a cell the lowest tickets take the seats, the next ones are the alternates, in this order.

>>> cells = [Cell("female 20-29", seats=1, alternates=1)]
>>> pool = [Candidate(code, "female 20-29") for code in ("P001", "P002", "P003")]
>>> draw(cells, pool, seed=seed_of("00" * 32, "7 11 23"))
(Outcome(cell='female 20-29', drawn=('P002',), alternates=('P001',)),)
"""

import argparse
import hashlib
import json
import secrets
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from portal.common.formats.canonical import digest_of

SCHEMA = "draw/1"
PROCEDURE = "seeded-sha256/1"


class DrawError(ValueError):
    """The draw cannot be made, or the document is none; the message says where."""


class Cell(NamedTuple):
    """A quota. `key` is what tickets are made of: "female 20-29"."""

    key: str
    seats: int
    alternates: int = 0


class Candidate(NamedTuple):
    code: str
    cell: str


class Outcome(NamedTuple):
    """Codes of one cell in the order of their tickets."""

    cell: str
    drawn: tuple[str, ...]
    alternates: tuple[str, ...]


class Seed(NamedTuple):
    """The secret that was committed to, and the public figure that was named with it (both empty: none was)."""

    secret: str
    source: str = ""
    figure: str = ""

    @property
    def value(self) -> str:
        return seed_of(self.secret, self.figure)


def new_secret() -> str:
    return secrets.token_hex(32)


def commitment_to(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def seed_of(secret: str, figure: str = "") -> str:
    return hashlib.sha256(f"{secret}\n{figure}".encode()).hexdigest()


def ticket(seed: str, *, cell: str, code: str) -> str:
    return hashlib.sha256(f"{seed}\n{cell}\n{code}".encode()).hexdigest()


def pool_digest(pool: Iterable[Candidate]) -> str:
    """SHA-256 of the canonical JSON of the pool in the order of its codes: one digest, whatever the order of import."""
    return digest_of(_rows(pool))


def shortages(cells: Iterable[Cell], pool: Iterable[Candidate]) -> list[tuple[str, int, int]]:
    """(cell, candidates, seats) wherever a cell has fewer candidates than seats. Missing alternates are no shortage."""
    counts = Counter(candidate.cell for candidate in pool)
    return [(cell.key, counts[cell.key], cell.seats) for cell in cells if counts[cell.key] < cell.seats]


def draw(cells: Sequence[Cell], pool: Sequence[Candidate], *, seed: str) -> tuple[Outcome, ...]:
    """One outcome per cell, in the order of the cells. DrawError on a double code, an unknown cell or too small a pool."""
    _require_sound(cells, pool)
    return tuple(_draw_cell(cell, [row for row in pool if row.cell == cell.key], seed) for cell in cells)


def _draw_cell(cell: Cell, candidates: Iterable[Candidate], seed: str) -> Outcome:
    order = sorted(candidates, key=lambda row: (ticket(seed, cell=cell.key, code=row.code), row.code))
    codes = tuple(row.code for row in order)
    return Outcome(cell.key, codes[: cell.seats], codes[cell.seats : cell.seats + cell.alternates])


def _require_sound(cells: Iterable[Cell], pool: Iterable[Candidate]) -> None:
    known, codes = Counter(cell.key for cell in cells), Counter(row.code for row in pool)
    double = [
        *(key for key, times in known.items() if times > 1),
        *(code for code, times in codes.items() if times > 1),
    ]
    if double:
        raise DrawError(f"Named twice: {', '.join(sorted(double))}.")
    strangers = sorted({row.code for row in pool if row.cell not in known})
    if strangers:
        raise DrawError(f"Of no cell with a quota: {', '.join(strangers)}.")
    for key, count, seats in shortages(cells, pool):
        raise DrawError(f"The cell {key!r} has {count} candidates for {seats} seats.")


def document_of(cells: Sequence[Cell], pool: Sequence[Candidate], *, seed: Seed) -> dict[str, Any]:
    """The whole draw as published, schema draw/1: codes and cells, no names."""
    outcome = draw(cells, pool, seed=seed.value)
    return {
        "schema": SCHEMA,
        "procedure": PROCEDURE,
        "commitment": commitment_to(seed.secret),
        "secret": seed.secret,
        "figure": {"source": seed.source, "value": seed.figure},
        "seed": seed.value,
        "cells": [cell._asdict() for cell in cells],
        "pool": _rows(pool),
        "pool_digest": pool_digest(pool),
        "outcome": [
            {"cell": row.cell, "drawn": list(row.drawn), "alternates": list(row.alternates)} for row in outcome
        ],
    }


def _rows(pool: Iterable[Candidate]) -> list[dict[str, str]]:
    return [row._asdict() for row in sorted(pool)]


def replay(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The draw made again from a document, and the names of the fields that differ from it; none when it holds."""
    if document.get("schema") != SCHEMA or document.get("procedure") != PROCEDURE:
        raise DrawError(f"This is no document of schema {SCHEMA!r} with procedure {PROCEDURE!r}.")
    try:
        cells = [Cell(row["key"], row["seats"], row["alternates"]) for row in document["cells"]]
        pool = [Candidate(row["code"], row["cell"]) for row in document["pool"]]
        seed = Seed(document["secret"], document["figure"]["source"], document["figure"]["value"])
    except (KeyError, TypeError) as error:
        raise DrawError(f"The document is not whole: {error}.") from error
    again = document_of(cells, pool, seed=seed)
    return again, [key for key, value in again.items() if document.get(key) != value]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints cell by cell who is drawn; 0 when the document holds, 1 when it differs, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(description="Draw again and compare.")
    parser.add_argument("file", type=Path, help="a published document of schema draw/1")
    try:
        again, differences = replay(json.loads(parser.parse_args(arguments).file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"seed        {again['seed']}")
    print(f"pool        {len(again['pool'])} candidates, {again['pool_digest']}")
    for row in again["outcome"]:
        print(
            f"{row['cell']}: drawn {', '.join(row['drawn']) or '-'}; alternates {', '.join(row['alternates']) or '-'}"
        )
    print(f"differs in: {', '.join(differences)}" if differences else "the document holds")
    return 1 if differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
