"""The draw of a public panel is the seeded lot of `portal.common.formats.lot`; this is its published address. No Django.

python -m portal.review.drawing FILE      draw again from a published document and compare
"""

from portal.common.formats.lot import (
    PROCEDURE,
    SCHEMA,
    Candidate,
    Cell,
    DrawError,
    Outcome,
    Seed,
    commitment_to,
    document_of,
    draw,
    main,
    new_secret,
    pool_digest,
    replay,
    seed_of,
    shortages,
    ticket,
)

__all__ = [
    "PROCEDURE",
    "SCHEMA",
    "Candidate",
    "Cell",
    "DrawError",
    "Outcome",
    "Seed",
    "commitment_to",
    "document_of",
    "draw",
    "main",
    "new_secret",
    "pool_digest",
    "replay",
    "seed_of",
    "shortages",
    "ticket",
]

if __name__ == "__main__":
    raise SystemExit(main())
