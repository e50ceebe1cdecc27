"""The draw: within quotas, by the seed alone, and the same for whoever runs it again."""

import json
import random
from collections import Counter

import pytest

from portal.review.drawing import (
    Candidate,
    Cell,
    DrawError,
    Seed,
    commitment_to,
    document_of,
    draw,
    main,
    new_secret,
    replay,
    seed_of,
    shortages,
)

CELLS = [Cell("female 20-29", 2, 1), Cell("male 20-29", 1, 2)]
POOL = [Candidate(f"P{n:03d}", CELLS[n % 2].key) for n in range(10)]
SEED = Seed("ab" * 32, "복권 당첨번호", "1 2 3")


def test_every_candidate_has_the_same_chance():
    pool = [Candidate(f"P{n}", "cell") for n in range(10)]
    counts = Counter(code for n in range(4000) for code in draw([Cell("cell", 3)], pool, seed=seed_of(str(n)))[0].drawn)

    assert all(abs(count - 1200) < 150 for count in counts.values())  # five standard deviations


def test_too_small_a_pool_is_refused_by_its_cell():
    assert shortages(CELLS, POOL[:2]) == [("female 20-29", 1, 2)]
    with pytest.raises(DrawError, match="female 20-29"):
        draw(CELLS, POOL[:2], seed="0")


def test_a_code_or_a_cell_named_twice_is_refused():
    with pytest.raises(DrawError, match="P000"):
        draw(CELLS, [*POOL, POOL[0]], seed="0")
    with pytest.raises(DrawError, match="male 20-29"):
        draw([*CELLS, CELLS[1]], POOL, seed="0")


def test_somebody_of_no_cell_is_refused():
    with pytest.raises(DrawError, match="X1"):
        draw(CELLS, [*POOL, Candidate("X1", "nowhere")], seed="0")


def test_a_secret_is_fresh_and_commits():
    first, second = new_secret(), new_secret()

    assert len(first) == 64
    assert first != second
    assert commitment_to(first) != commitment_to(second)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("secret", "00" * 32),
        ("seed", "0"),
        ("pool_digest", "0"),
        ("outcome", []),
        ("pool", [{"code": "P000", "cell": "female 20-29"}, *({"code": f"Q{n}", "cell": CELLS[n % 2].key} for n in range(6))]),
    ],
)  # fmt: skip
def test_a_changed_document_does_not_hold(field, value):
    document = document_of(CELLS, POOL, seed=SEED) | {field: value}

    assert replay(document)[1] != []


def test_the_command_prints_who_is_drawn_the_same_twice(tmp_path, capsys):
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(document_of(CELLS, POOL, seed=SEED)), encoding="utf-8")

    answers = [(main([str(file)]), capsys.readouterr().out) for _time in range(2)]

    assert answers[0] == answers[1]
    code, text = answers[0]
    assert code == 0
    assert "the document holds" in text
    assert text.count("drawn P") == 2


def test_the_command_tells_a_forged_outcome(tmp_path, capsys):
    document = document_of(CELLS, POOL, seed=SEED)
    document["outcome"][0]["drawn"] = ["P008", "P006"]
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(document), encoding="utf-8")

    assert main([str(file)]) == 1
    assert "differs in: outcome" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["{}", "no json", '{"schema": "draw/1", "procedure": "seeded-sha256/1"}'])
def test_the_command_refuses_what_is_no_draw(tmp_path, capsys, content):
    file = tmp_path / "draw.json"
    file.write_text(content, encoding="utf-8")

    assert main([str(file)]) == 2
    assert capsys.readouterr().err


def test_shuffling_is_not_python_s():
    """The outcome rests on SHA-256 alone, so that it is the same in every version of every language."""
    random.seed(1)
    first = draw(CELLS, POOL, seed="1")
    random.seed(2)

    assert draw(CELLS, POOL, seed="1") == first
