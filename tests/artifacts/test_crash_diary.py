"""The crash benchmark can tell a broken promise: what clients wrote down is read as it was meant."""

import json

from benchmarks.support.teams import Diary


def written(path, *entries):
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return Diary(path)


def begin(part):
    return {"what": "begin", "part": part}


def acknowledged(part, *, size=10):
    return {"what": "acknowledged", "part": part, "bytes": size}


FIRST, SECOND = "/api/uploads/u1/0/0/", "/api/uploads/u1/0/1/"


def test_a_part_sent_again_after_its_acknowledgement_is_found(tmp_path):
    diary = written(tmp_path / "diary", begin(FIRST), acknowledged(FIRST), begin(SECOND), begin(FIRST))

    assert diary.repeated() == [FIRST]


def test_a_part_that_was_cut_off_may_be_sent_again(tmp_path):
    diary = written(tmp_path / "diary", begin(FIRST), begin(FIRST), acknowledged(FIRST))

    assert diary.repeated() == []
    assert diary.acknowledged() == {"u1": {(0, 0)}}


def test_bytes_on_the_wire_and_bytes_kept_are_counted_apart(tmp_path):
    moved = [{"what": "bytes", "number": number} for number in (10, 5, -5, 10)]
    diary = written(tmp_path / "diary", begin(FIRST), *moved, acknowledged(FIRST))

    assert (diary.counts()["sent"], diary.counts()["kept"]) == (25, 10)
