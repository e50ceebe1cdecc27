"""Parts of a run are put together as they are, or not at all."""

import gzip
import json

import pytest

from evaluation.core.answers import members_of, read_member
from evaluation.core.join import FOLDER, PART, main
from evaluation.core.kept import RAW, SAMPLES, append_samples
from tests.factories.evaluation import suite_document

FROZEN = {
    "suite": {"name": "tiny", "version": 1, "digest": "0" * 64},
    "harness": {"name": "lm-eval", "version": "0.4.13"},
    "libraries": {"torch": "2.13.0"},
    "limit": None,
    "dtype": "float32",
    "hardware": "cpu x86_64",
    "sandbox": "bubblewrap",
    "tasks": [],
}


def lay_out(workdir, number, *, group, tasks, **frozen):
    folder = workdir / FOLDER / str(number)
    folder.mkdir(parents=True)
    (folder / SAMPLES).write_bytes(b"")
    index = []
    for task in tasks:
        index += append_samples(folder / SAMPLES, task, [{"task": task, "doc_id": n} for n in range(250)])
    (folder / RAW).write_text(json.dumps([{"task": task} for task in tasks]), encoding="utf-8")
    told = {"frozen": FROZEN | {"group": group} | frozen, "seconds": "2.0", "index": index}
    (folder / PART).write_text(json.dumps(told), encoding="utf-8")


def join(workdir):
    (workdir / "spec.json").write_text(json.dumps({"suite": suite_document(), "limit": None}), encoding="utf-8")
    return main([str(workdir / "spec.json")])


def test_answers_of_all_parts_become_one_file_with_an_index_that_fits(tmp_path):
    lay_out(tmp_path, 0, group="first", tasks=["ko_spelling", "ko_foreign_words"])
    lay_out(tmp_path, 1, group="second", tasks=["ko_text"], hardware="NVIDIA H200")
    assert join(tmp_path) == 0
    result = json.loads((tmp_path / "result.json").read_bytes())
    with gzip.open(tmp_path / SAMPLES) as file:
        assert len(file.readlines()) == 750
    with (tmp_path / SAMPLES).open("rb") as file:
        for member in members_of(result["index"]):
            rows = read_member(file, member)
            assert [row["doc_id"] for row in rows] == list(range(member.first, member.first + member.n))
            assert {row["task"] for row in rows} == {member.task}
    assert json.loads((tmp_path / RAW).read_bytes()) == [
        {"task": "ko_spelling"},
        {"task": "ko_foreign_words"},
        {"task": "ko_text"},
    ]
    assert result["frozen"]["hardware"] == "cpu x86_64; NVIDIA H200"
    assert [group["name"] for group in result["frozen"]["groups"]] == ["first", "second"]
    assert result["frozen"]["group"] is None
    assert float(result["seconds"]) >= 4.0


@pytest.mark.parametrize(
    "other",
    [{"libraries": {"torch": "2.14.0"}}, {"dtype": "bfloat16"}, {"harness": {"name": "lm-eval", "version": "1"}}],
)
def test_parts_that_were_not_measured_alike_are_no_run(tmp_path, other):
    lay_out(tmp_path, 0, group="first", tasks=["ko_spelling"])
    lay_out(tmp_path, 1, group="second", tasks=["ko_text"], **other)
    assert join(tmp_path) == 2
    said = json.loads((tmp_path / "error.json").read_bytes())
    assert "first and second were measured differently" in said["message"]
    assert said["transient"] is False
    assert not (tmp_path / "result.json").exists()


def test_walls_that_one_part_lacked_are_not_claimed_for_the_run(tmp_path):
    lay_out(tmp_path, 0, group="first", tasks=["ko_spelling"])
    lay_out(tmp_path, 1, group="second", tasks=["ko_text"], sandbox="none")
    assert join(tmp_path) == 0
    assert json.loads((tmp_path / "result.json").read_bytes())["frozen"]["sandbox"] == "none"


def test_more_than_ten_parts_stay_in_their_order(tmp_path):
    for number in range(11):
        lay_out(tmp_path, number, group=f"g{number}", tasks=["ko_spelling"])
    assert join(tmp_path) == 0
    groups = json.loads((tmp_path / "result.json").read_bytes())["frozen"]["groups"]
    assert [group["name"] for group in groups] == [f"g{number}" for number in range(11)]
