"""Answers on disk: bounded reading, and the child that compares several runs."""

import gzip
import io
import json
from itertools import accumulate

import pytest

from evaluation.core import answers
from evaluation.core.answers import AnswersError, Member, members_of, read_answers, read_member
from evaluation.core.compare import comparison, main, scored_of, tables_of
from evaluation.core.paired import Scored


def packed(rows):
    return gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())


def answer(number, *, task="one", acc=1.0, **more):
    return {"task": task, "doc_id": number, "doc_hash": f"hash {number}", "acc": acc, **more}


def spec_of(folder, runs, **changes):
    for name, rows in runs.items():
        (folder / f"{name}.gz").write_bytes(packed(rows))
    spec = {
        "schema": "paired-spec/1",
        "seed": 5,
        "resamples": 200,
        "metrics": {"one": ["acc"]},
        "runs": {name: f"{name}.gz" for name in runs},
    }
    (folder / "spec.json").write_text(json.dumps(spec | changes), encoding="utf-8")
    return spec | changes


def test_a_stretch_is_read_without_what_lies_before_it():
    parts = [[answer(n) for n in range(3)], [answer(n) for n in range(3, 5)], [answer(0, task="two")]]
    blocks = [packed(part) for part in parts]
    ends = list(accumulate(map(len, blocks)))
    index = [
        {"task": part[0]["task"], "first": part[0]["doc_id"], "n": len(part), "offset": end - len(block), "length": len(block)}
        for part, block, end in zip(parts, blocks, ends, strict=True)
    ]  # fmt: skip
    file = io.BytesIO(b"".join(blocks))

    assert read_member(file, members_of(index)[1]) == parts[1]
    with pytest.raises(AnswersError, match="end too early"):
        read_member(file, members_of(index)[1]._replace(length=len(blocks[1]) - 9))
    file.seek(0)
    assert list(read_answers(file)) == [*parts[0], *parts[1], *parts[2]]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not gzip", "cannot be unpacked"),
        (packed([answer(1)])[:-9], "cannot be unpacked"),
        (gzip.compress(b"[1]\n"), "names no task"),
        (gzip.compress(b"{\n"), "is not JSON"),
        (gzip.compress(b"[" * 200_000 + b"\n"), "is not JSON"),
    ],
)
def test_a_damaged_file_is_told_by_its_line(content, told):
    with pytest.raises(AnswersError, match=told):
        list(read_answers(io.BytesIO(content)))


def test_what_unpacks_to_more_than_the_bound_is_refused(monkeypatch):
    monkeypatch.setattr(answers, "LINE_BYTES", 1000)
    monkeypatch.setattr(answers, "PAGE_BYTES", 1000)
    bomb = gzip.compress(json.dumps(answer(1, doc="0" * 5000)).encode() + b"\n")

    with pytest.raises(AnswersError, match="longer than 1000 bytes"):
        list(read_answers(io.BytesIO(bomb)))
    with pytest.raises(AnswersError, match="too large for a page"):
        read_member(io.BytesIO(bomb), Member("one", 0, 1, 0, len(bomb)))
    with pytest.raises(AnswersError, match="larger than 50 bytes"):
        list(read_answers(io.BytesIO(packed([answer(1)])), most=50))


@pytest.mark.parametrize(
    ("value", "metric", "expected"),
    [
        (True, "acc", Scored(1.0)),
        (0.25, "exact_match", Scored(0.25)),
        ([True, False, True], "inst_level_strict_acc", Scored(2.0, 3.0)),
        ("right", "acc", None),
        (None, "acc", None),
    ],
)
def test_what_the_harness_keeps_per_item(value, metric, expected):
    assert scored_of(value, metric) == expected


def test_a_text_counts_by_its_bytes():
    scored = scored_of([-6.931471805599453, 20], "bits_per_byte")
    assert (scored.value, scored.weight) == (pytest.approx(10.0), 20.0)


def test_items_meet_by_content_and_equal_ones_in_their_order(tmp_path):
    rows = [answer(1), answer(1, acc=0.0), answer(2, filter="strict"), answer(9, task="other")]
    (tmp_path / "a").write_bytes(packed(rows))

    tables = tables_of(tmp_path / "a", metrics={"one": ["acc"]})

    assert tables == {("one", "acc"): {":hash 1": Scored(1.0), ":hash 1#2": Scored(0.0), "strict:hash 2": Scored(1.0)}}


def test_a_metric_that_names_a_filter_is_about_its_answers_alone(tmp_path):
    (tmp_path / "a").write_bytes(packed([answer(1, filter="strict"), answer(1, acc=0.0, filter="loose")]))

    tables = tables_of(tmp_path / "a", metrics={"one": ["acc,loose"]})

    assert tables == {("one", "acc,loose"): {"loose:hash 1": Scored(0.0)}}


def test_the_child_writes_every_pair_as_decimal_text(tmp_path):
    right, wrong = [answer(n) for n in range(8)], [answer(n, acc=0.0) for n in range(8)]
    spec_of(tmp_path, {"A": right, "B": wrong, "C": right})

    assert main([str(tmp_path / "spec.json")]) == 0

    document = json.loads((tmp_path / "result.json").read_text())
    (family,) = document["tasks"]
    assert [(row["first"], row["second"], row["difference"]) for row in family["pairs"]] == [
        ("A", "B", "1.000000"),
        ("A", "C", "0.000000"),
        ("B", "C", "-1.000000"),
    ]
    assert family["pairs"][0]["p"] == "0.007812"
    assert family["pairs"][0]["p_holm"] == "0.023438"
    assert document["seed"] == "5"


def test_a_task_that_one_run_lacks_has_pairs_without_figures(tmp_path):
    spec = spec_of(tmp_path, {"A": [answer(n) for n in range(4)], "B": [answer(1, task="two")]})

    (family,) = comparison(spec, folder=tmp_path)["tasks"]

    assert (family["pairs"][0]["n"], family["pairs"][0]["p"]) == (0, None)


@pytest.mark.parametrize("changes", [{"schema": "other"}, {"resamples": 10**9}, {"more": 1}])
def test_bad_input_ends_with_its_cause(tmp_path, changes):
    spec_of(tmp_path, {"A": [answer(1)], "B": [answer(1)]}, **changes)

    assert main([str(tmp_path / "spec.json")]) == 2
    assert json.loads((tmp_path / "error.json").read_text())["cause"] == "input"
