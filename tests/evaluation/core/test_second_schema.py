"""Suites of the second schema: groups, four kinds of source, answers that are written."""

import copy
import json
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.core.errors import SuiteError, TaskDataError
from evaluation.core.sources import SUITES, DataRoots, items_of, source_path
from evaluation.core.suites import metric_key, parse_suite, read_suite
from evaluation.core.tasks import build_tasks

DOCUMENT = yaml.safe_load((SUITES / "small.yaml").read_text(encoding="utf-8"))
SUITE = read_suite(SUITES / "small.yaml")
TASKS = {task["name"]: n for n, task in enumerate(DOCUMENT["tasks"])}


def task(name):
    return SUITE.tasks[TASKS[name]]


def test_a_first_schema_document_keeps_its_digest_and_is_one_group():
    suite = read_suite(SUITES / "small-korean.yaml")
    assert suite.digest == "15d66dcfe723b9c67308eef6746f41669148eac9086bcd5dc4a0a1168dd5ea60"
    assert [(group.name, group.needs) for group in suite.groups] == [("all", {})]
    assert suite.tasks_of("all") == suite.tasks


def test_groups_divide_the_tasks():
    names = [[task.name for task in SUITE.tasks_of(group.name)] for group in SUITE.groups]
    assert sorted(name for group in names for name in group) == sorted(TASKS)
    assert {task.form for task in SUITE.tasks_of("written")} == {"generate", "instructions", "code"}


def without(*path):
    document = copy.deepcopy(DOCUMENT)
    *way, last = path
    place = document
    for key in way:
        place = place[key]
    del place[last]
    return document


def changed(path, value):
    document = copy.deepcopy(DOCUMENT)
    *way, last = path
    place = document
    for key in way:
        place = place[key]
    place[last] = value
    return document


SUM, CODE, REWORDED, KNOWN = (
    TASKS[n] for n in ("ko_arithmetic", "python_functions", "ko_knowledge_reworded", "en_knowledge")
)
PUBLIC = {
    "kind": "harness",
    "task": "gsm8k",
    "folder": "gsm8k",
    "version": "3.0",
    "data": "openai/gsm8k",
    "licence": "MIT",
}


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("tasks", SUM, "group"), "other", f"$.tasks[{SUM}].group"),
        (("groups", 0, "needs"), {"gpus": 0}, "$.groups[0].needs.gpus"),
        (("groups", 1, "name"), "likelihood", "$.groups[1].name"),
        (("tasks", SUM, "source", "file"), "../secret.jsonl", f"$.tasks[{SUM}].source.file"),
        (("tasks", SUM, "source"), PUBLIC, f"$.tasks[{SUM}].prompt"),
        (("tasks", SUM, "source"), {"kind": "package"}, f"$.tasks[{SUM}].source"),
        (("tasks", SUM, "form"), "labels", f"$.tasks[{SUM}].metrics"),
        (("tasks", SUM, "generation", "temperature"), "0.7", f"$.tasks[{SUM}].generation.seed"),
        (("tasks", SUM, "generation", "repeats"), 4, f"$.tasks[{SUM}].generation.repeats"),
        (("tasks", SUM, "generation", "temperature"), 0.7, f"$.tasks[{SUM}].generation.temperature"),
        (("tasks", SUM, "filter"), [{"regex": "("}], f"$.tasks[{SUM}].filter[0].regex"),
        (("tasks", SUM, "filter"), [{"regex": "a", "plain": "lowercase"}], f"$.tasks[{SUM}].filter[0]"),
        (("tasks", KNOWN, "generation"), {"max_tokens": 3}, f"$.tasks[{KNOWN}].generation"),
        (("tasks", KNOWN, "fewshot"), 2, f"$.tasks[{KNOWN}].examples"),
        (("tasks", REWORDED, "paraphrase_of"), "en_knowledge", f"$.tasks[{REWORDED}].items"),
        (("tasks", REWORDED, "paraphrase_of"), "nothing", f"$.tasks[{REWORDED}].paraphrase_of"),
        (("tasks", CODE, "metrics"), ["acc"], f"$.tasks[{CODE}].metrics"),
    ],
)
def test_a_fault_is_told_with_its_path(path, value, where):
    with pytest.raises(SuiteError) as caught:
        parse_suite(changed(path, value))
    assert caught.value.where == where


@pytest.mark.parametrize("path", [("code",), ("groups",), ("tasks", SUM, "generation"), ("tasks", SUM, "items")])
def test_what_a_task_needs_is_asked_for(path):
    with pytest.raises(SuiteError):
        parse_suite(without(*path))


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_shipped_task_finds_the_items_it_asks_for(name):
    assert len(items_of(task(name), suite=SUITE)) == task(name).items


def test_a_paraphrase_asks_the_same_ids_with_the_same_answers():
    few = [replace(task(name), items=20) for name in ("ko_knowledge", "ko_knowledge_reworded")]
    first, second = (items_of(one, suite=SUITE) for one in few)
    assert [(item.id, item.choices, item.gold) for item in first] == [(i.id, i.choices, i.gold) for i in second]
    assert all(a.question != b.question for a, b in zip(first, second, strict=True))


def test_no_place_of_the_right_answer_is_favoured():
    golds = [item.gold for item in items_of(task("ko_knowledge"), suite=SUITE)]
    assert all(6 <= golds.count(place) <= 20 for place in range(4))


def test_examples_are_no_items():
    suite = yaml.safe_load((SUITES / "small.yaml").read_text(encoding="utf-8"))
    for entry in suite["tasks"]:
        if "examples" in entry:
            files = [SUITES / "data" / entry[key]["file"] for key in ("source", "examples")]
            items, shown = ({json.loads(line)["question"] for line in f.read_text("utf-8").splitlines()} for f in files)
            assert not items & shown


def test_the_tasks_are_written_as_the_harness_reads_them(tmp_path):
    built = build_tasks(SUITE, tmp_path, group="written")
    assert [one.name for one in built] == [task.name for task in SUITE.tasks_of("written")]
    config = yaml.safe_load((tmp_path / "ko_arithmetic.yaml").read_text("utf-8"))
    assert (config["num_fewshot"], config["fewshot_split"], config["repeats"]) == (3, "examples", 1)
    assert config["filter_list"][0]["filter"][-1] == {"function": "take_first"}
    assert config["generation_kwargs"] == {"until": ["\n"], "max_gen_toks": 16, "do_sample": False, "temperature": 0.0}
    scored_later = yaml.safe_load((tmp_path / "python_functions.yaml").read_text("utf-8"))
    assert [metric["metric"] for metric in scored_later["metric_list"]] == ["bypass"]


def test_a_figure_is_found_under_the_filter_it_was_taken_after():
    assert metric_key(task("ko_arithmetic"), "exact_match") == "exact_match,answer"
    assert metric_key(task("ko_knowledge"), "acc") == "acc,none"
    assert metric_key(task("ko_knowledge"), "exact_match,strict-match") == "exact_match,strict-match"


def test_a_private_set_that_was_not_opened_is_told():
    source = task("ko_knowledge").source._replace(kind="private", file="", set="hidden")
    with pytest.raises(TaskDataError, match="was not opened for this run"):
        source_path(source, task="ko_knowledge")


ROWS = [
    ({"id": "a", "question": "?", "choices": ["x", "x"], "answer": 0}, "must differ"),
    ({"id": "a", "question": "?", "choices": ["x", "y"], "answer": 2}, "index of the right choice"),
    ({"id": "a", "question": "?", "choices": ["x", "y"], "answer": True}, "index of the right choice"),
    ({"id": "a", "choices": ["x", "y"], "answer": 1}, "lacks 'question'"),
    ({"question": "?", "choices": ["x", "y"], "answer": 1}, "lacks 'id'"),
    (["a"], "is not an object"),
]


@pytest.mark.parametrize(("row", "said"), ROWS)
def test_a_wrong_row_is_told_with_its_line(row, said, tmp_path):
    with pytest.raises(TaskDataError, match=f"line 1.*{said}"):
        listed(tmp_path, [row])


def test_an_id_stands_once(tmp_path):
    row = {"id": "a", "question": "?", "choices": ["x", "y"], "answer": 0}
    with pytest.raises(TaskDataError, match="line 2: the id 'a' stands twice"):
        listed(tmp_path, [row, row])


def test_answers_that_are_all_dates_are_refused(tmp_path):
    """The harness's reader would make times of them, and no answer would ever be equal."""
    sums = task("ko_arithmetic")
    rows = [{"id": str(n), "question": "?", "answer": f"2026-11-{n:02}"} for n in range(10, 14)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "hidden.jsonl").write_text(text, encoding="utf-8")
    source = sums.source._replace(kind="private", file="", set="hidden", sha256=sha256(text.encode()).hexdigest())
    dates = replace(SUITE, tasks=(replace(sums, source=source, items=4, examples=None, fewshot=0),))
    with pytest.raises(TaskDataError, match="every answer is a date"):
        build_tasks(dates, tmp_path / "built", roots=DataRoots(private=tmp_path))


def listed(folder: Path, rows):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "hidden.jsonl").write_text(text, encoding="utf-8")
    found = sha256(text.encode()).hexdigest()
    source = task("ko_knowledge").source._replace(kind="private", file="", set="hidden", sha256=found)
    private = replace(task("ko_knowledge"), source=source, items=1)
    return items_of(private, suite=SUITE, roots=DataRoots(private=folder))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
TASK_KEYS = sorted({key for task in DOCUMENT["tasks"] for key in task} | {"chance", "paraphrase_of"})


@settings(max_examples=150)
@given(st.sampled_from(range(len(TASKS))), st.sampled_from(TASK_KEYS), JSON)
def test_one_wrong_part_of_a_task_is_refused_or_still_a_suite(number, key, value):
    with suppress(SuiteError):
        assert parse_suite(changed(("tasks", number, key), value)).digest


@given(st.sampled_from(sorted(DOCUMENT)), JSON)
def test_one_wrong_part_is_refused_or_still_a_suite(key, value):
    with suppress(SuiteError):
        assert parse_suite(DOCUMENT | {key: value}).digest
