import gzip
import json

from evaluation.core.answers import members_of, read_member
from evaluation.core.kept import FINISHED, RAW, SAMPLES, Record, append_samples, cut_to_finished, read_finished


def samples(count, text="x"):
    return [{"task": "one", "doc_id": number, "text": text} for number in range(count)]


def keep(record, task, count=3):
    record.keep(task, samples=samples(count), metrics=[{"task": task}], usage={"task": task}, raw={"task": task})


def test_every_stretch_of_answers_can_be_read_alone(tmp_path):
    path = tmp_path / SAMPLES
    path.write_bytes(b"")
    index = append_samples(path, "one", samples(450))
    assert [(row["first"], row["n"]) for row in index] == [(0, 200), (200, 200), (400, 50)]
    with path.open("rb") as file:
        last = read_member(file, members_of(index)[2])
    assert [row["doc_id"] for row in last] == list(range(400, 450))
    with gzip.open(path) as whole:
        assert len(whole.readlines()) == 450


def test_long_items_make_short_stretches(tmp_path):
    path = tmp_path / SAMPLES
    path.write_bytes(b"")
    assert [row["n"] for row in append_samples(path, "one", samples(5, text="y" * 3_000_000))] == [2, 2, 1]


def test_equal_answers_make_equal_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"")
        append_samples(tmp_path / name, "one", samples(10))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_what_was_done_before_an_end_in_the_middle_is_whole(tmp_path):
    record = Record(tmp_path)
    keep(record, "first")
    keep(record, "second")
    append_samples(tmp_path / SAMPLES, "third", samples(2))
    with (tmp_path / FINISHED).open("ab") as file:
        file.write(b'{"task": "thi')
    done = cut_to_finished(tmp_path)
    assert [row.task for row in done] == ["first", "second"]
    with gzip.open(tmp_path / SAMPLES) as kept:
        assert len(kept.readlines()) == 6
    assert json.loads((tmp_path / RAW).read_bytes()) == [{"task": "first"}, {"task": "second"}]


def test_nothing_done_leaves_nothing(tmp_path):
    Record(tmp_path)
    assert cut_to_finished(tmp_path) == []
    assert (tmp_path / SAMPLES).read_bytes() == b""
    assert read_finished(tmp_path / "elsewhere") == []
