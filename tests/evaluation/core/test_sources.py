import json
from dataclasses import replace

import pytest

from evaluation.actions import SHIPPED
from evaluation.core.errors import TaskDataError
from evaluation.core.sources import items_of
from evaluation.core.suites import parse_suite, read_suite
from evaluation.core.tasks import build_tasks
from tests.factories.evaluation import suite_document

SUITE = read_suite(SHIPPED / "small-korean.yaml")


def task(name):
    return next(t for t in SUITE.tasks if t.name == name)


@pytest.mark.parametrize("name", [t.name for t in SUITE.tasks])
def test_every_shipped_task_finds_as_many_items_as_it_asks_for(name):
    assert len(items_of(task(name), suite=SUITE)) == task(name).items


def test_a_selection_is_the_same_every_time():
    assert items_of(task("ko_spelling"), suite=SUITE) == items_of(task("ko_spelling"), suite=SUITE)


def test_another_seed_selects_other_items():
    other = replace(SUITE, seeds=SUITE.seeds._replace(selection=1))
    lines = [{item.line for item in items_of(task("ko_spelling"), suite=s)} for s in (SUITE, other)]
    assert lines[0] != lines[1]


def test_the_right_answer_of_a_pair_stands_on_both_sides():
    golds = [item.gold for item in items_of(task("ko_foreign_words"), suite=SUITE)]
    assert 10 < sum(golds) < 30


def test_a_correction_offers_two_different_sentences_of_the_same_letters():
    for item in items_of(task("ko_spacing"), suite=SUITE):
        left, right = item.choices
        assert left != right
        assert left.replace(" ", "").rstrip(".?!") == right.replace(" ", "").rstrip(".?!")


def test_an_altered_set_is_noticed():
    altered = replace(task("ko_text"), source=task("ko_text").source._replace(sha256="0" * 64))
    with pytest.raises(TaskDataError, match="pins another file"):
        items_of(altered, suite=SUITE)


def test_a_set_that_is_gone_is_told_with_the_task():
    gone = replace(task("ko_text"), source=task("ko_text").source._replace(set="no_such_set"))
    with pytest.raises(TaskDataError, match="ko_text: evals holds no set 'no_such_set'"):
        items_of(gone, suite=SUITE)


def test_too_few_items_are_an_error_not_a_smaller_task():
    with pytest.raises(TaskDataError, match="has 57 usable items, the suite asks for 5000"):
        items_of(replace(task("ko_text"), items=5000), suite=SUITE)


def test_an_answer_outside_the_labels_is_an_error():
    with pytest.raises(TaskDataError, match="not one of the task's labels"):
        items_of(replace(task("ko_spelling"), labels={"Yes": "Yes", "Maybe": "Maybe"}), suite=SUITE)


def test_a_built_task_holds_prompt_choices_and_answer(tmp_path):
    [built] = build_tasks(parse_suite(suite_document("ko_date_counting", items=3)), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "ko_date_counting.jsonl").read_text("utf-8").splitlines()]
    assert built.items == len(rows) == 3
    assert all(row["text"].endswith(" =") and len(row["choices"]) == 7 for row in rows)


def test_a_digest_of_a_task_follows_its_prompt(tmp_path):
    first = suite_document("ko_spelling")
    second = suite_document("ko_spelling")
    second["tasks"][0]["prompt"] = "{question}?"
    digests = {build_tasks(parse_suite(d), tmp_path / str(n))[0].digest for n, d in enumerate((first, second, first))}
    assert len(digests) == 2
