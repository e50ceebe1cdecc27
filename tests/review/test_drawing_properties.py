"""What must hold for any pool and any seed: quotas are kept, order and neighbours do not matter, a replay finds every change."""

import random
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.review.drawing import Candidate, Cell, Seed, document_of, draw, pool_digest, replay

EXAMPLES = settings(max_examples=500, deadline=None)
CELLS = ("female 20-39", "female 40-", "male 20-39", "male 40-")


class Lot(NamedTuple):
    cells: list[Cell]
    pool: list[Candidate]
    seed: Seed


@st.composite
def lots(draw_):
    """Up to four cells, each with enough candidates for its seats; alternates may fall short."""
    cells, pool = [], []
    for key in CELLS[: draw_(st.integers(1, len(CELLS)))]:
        seats, more, alternates = (draw_(st.integers(0, 6)) for _ in range(3))
        cells.append(Cell(key, seats, alternates))
        pool += [Candidate(f"P{len(pool) + number:03}", key) for number in range(seats + more)]
    secret = draw_(st.binary(min_size=32, max_size=32)).hex()
    return Lot(cells, pool, Seed(secret, "lottery", draw_(st.text(max_size=8))))


@EXAMPLES
@given(lots())
def test_each_cell_fills_its_seats_and_nobody_stands_twice(lot):
    for cell, outcome in zip(lot.cells, draw(lot.cells, lot.pool, seed=lot.seed.value), strict=True):
        own = {row.code for row in lot.pool if row.cell == cell.key}
        assert len(outcome.drawn) == cell.seats
        assert len(outcome.alternates) == min(cell.alternates, len(own) - cell.seats)
        assert len({*outcome.drawn, *outcome.alternates}) == len(outcome.drawn) + len(outcome.alternates)
        assert {*outcome.drawn, *outcome.alternates} <= own


@EXAMPLES
@given(lots(), st.integers(0, 2**32).map(random.Random))
def test_the_order_of_the_pool_does_not_matter(lot, chance: random.Random):
    shuffled = chance.sample(lot.pool, len(lot.pool))

    assert draw(lot.cells, shuffled, seed=lot.seed.value) == draw(lot.cells, lot.pool, seed=lot.seed.value)
    assert pool_digest(shuffled) == pool_digest(lot.pool)


@EXAMPLES
@given(lots())
def test_one_more_candidate_changes_no_other_cell_and_no_order(lot):
    key = lot.cells[0].key
    before = draw(lot.cells, lot.pool, seed=lot.seed.value)
    after = draw(lot.cells, [*lot.pool, Candidate("NEW", key)], seed=lot.seed.value)

    assert after[1:] == before[1:]
    ranked = [code for code in (*after[0].drawn, *after[0].alternates) if code != "NEW"]
    assert ranked == [*before[0].drawn, *before[0].alternates][: len(ranked)]


@EXAMPLES
@given(lots())
def test_a_seat_more_takes_the_first_alternate(lot):
    cell = lot.cells[0]
    more = Cell(cell.key, cell.seats, cell.alternates + 1)
    outcome = draw([more, *lot.cells[1:]], lot.pool, seed=lot.seed.value)[0]
    assume(outcome.alternates)
    wider = Cell(cell.key, cell.seats + 1, cell.alternates)

    assert draw([wider, *lot.cells[1:]], lot.pool, seed=lot.seed.value)[0].drawn == (
        *outcome.drawn,
        outcome.alternates[0],
    )


@EXAMPLES
@given(lots(), st.data())
def test_a_replay_holds_and_names_what_was_changed(lot, data):
    document = document_of(lot.cells, lot.pool, seed=lot.seed)
    assert replay(document)[1] == []
    field = data.draw(st.sampled_from(["commitment", "seed", "pool_digest", "secret", "figure"]))
    wrong = {"source": "lottery", "value": "another"} if field == "figure" else "0" * 64
    assume(document[field] != wrong)

    assert replay({**document, field: wrong})[1] != []
