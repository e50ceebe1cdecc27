"""What a team's own run left is read strictly, or refused with the place."""

import io
import json

import pytest

from portal.measurements.logs import LogError, is_samples_of, merged, read_log, read_samples
from tests.factories.reported import log_files, results_document, sample_lines


def read(document):
    return read_log(json.dumps(document).encode())


def test_a_log_of_lm_eval_is_read_with_every_digit():
    log = read(results_document({"ko_spelling": 0.7250000000000001}))

    (figure,) = log.figures
    assert (log.harness, log.model) == ("lm-eval 0.4.13", "garam-9m")
    assert (figure.key, figure.value, figure.stderr, figure.n, figure.shots) == (
        "ko_spelling/acc,none",
        "0.7250000000000001",
        "0.05",
        40,
        0,
    )


def test_a_group_has_the_items_of_its_tasks():
    document = results_document()
    document["results"]["korean"] = {"alias": "korean", "acc,none": 0.75, "acc_stderr,none": 0.03}
    document["group_subtasks"]["korean"] = ["ko_spelling", "ko_foreign_words"]

    assert {figure.task: figure.n for figure in read(document).figures}["korean"] == 80


def test_groups_of_groups_are_counted_once_and_within_bounds():
    document = results_document()
    document["results"]["g0"] = {"acc,none": 0.5}
    for depth in range(7):
        below = f"g{depth + 1}" if depth < 6 else "ko_spelling"
        document["group_subtasks"][f"g{depth}"] = [below] * 2000

    with pytest.raises(LogError, match="a group of more than"):
        read(document)


def test_a_missing_error_stays_missing():
    document = results_document()
    document["results"]["ko_spelling"]["acc_stderr,none"] = "N/A"

    assert {figure.task: figure.stderr for figure in read(document).figures}["ko_spelling"] == ""


def nested():
    return b'{"results": ' + b"[" * 100_000


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"<html>", "not readable as JSON"),
        (b"[]", "must be an object"),
        (b'{"results": {}, "results": {}}', "one name twice"),
        (nested(), "not readable as JSON"),
        (json.dumps(results_document({"a": float("nan")})).encode(), "NaN is no figure"),
        (json.dumps(results_document({"a": 1e30})).encode(), "out of bounds"),
        (json.dumps(results_document({"a": 0.5}, **{"n-samples": {}})).encode(), "how many items"),
        (json.dumps(results_document(config={"limit": 10})).encode(), "had a limit"),
        (
            json.dumps(
                results_document({"a": 0.5}, **{"n-samples": {"a": {"original": 40, "effective": 10}}})
            ).encode(),
            "10 of 40 items",
        ),
        (json.dumps(results_document(results={})).encode(), "no figure in it"),
        (json.dumps(results_document(results={"a": 1})).encode(), "one object per task"),
        (json.dumps(results_document(lm_eval_version=None)).encode(), "no lm_eval_version"),
        (json.dumps(results_document({"a": True})).encode(), "is no figure"),
        (b'{"results": {"a": {"acc,none": ' + b"9" * 5000 + b"}}}", "not readable as JSON"),
    ],
)
def test_anything_else_is_refused_with_its_place(content, where):
    with pytest.raises(LogError, match=where):
        read_log(content, name="results_1.json")


def test_equal_runs_are_averaged_and_their_error_stays():
    logs = [read(results_document({"ko_spelling": value})) for value in (0.70, 0.75, 0.80)]

    (figure,) = merged(logs)
    assert (figure.value, figure.stderr, figure.runs) == ("0.75", "0.05", ("0.7", "0.75", "0.8"))


def test_unequal_runs_are_not_averaged():
    other = results_document({"ko_spelling": 0.5}, **{"n-shot": {"ko_spelling": 5}})

    with pytest.raises(LogError, match=r"differ in shots \(0, 5\)"):
        merged([read(results_document({"ko_spelling": 0.5})), read(other)])


def test_samples_are_values_by_item():
    values = read_samples(io.BytesIO(sample_lines(30)), metric="acc")

    assert (len(values), sum(values.values())) == (40, 30.0)
    assert read_samples(io.BytesIO(sample_lines(30)), metric="acc", kept="strict") == {}


def test_samples_that_are_none_say_so():
    with pytest.raises(LogError, match="not readable"):
        read_samples(io.BytesIO(b"not json\n"), metric="acc")
    assert (
        read_samples(io.BytesIO(b'{"doc_hash": "a", "acc": NaN}\n[1]\n{"doc_hash": 3, "acc": 1}\n'), metric="acc") == {}
    )


def test_the_name_of_a_file_of_samples_names_its_task():
    names = [name for name in log_files(right=1) if is_samples_of(f"run1/{name}", "ko_spelling")]

    assert len(names) == 1
    assert not is_samples_of("samples_ko_spelling_2026.jsonl", "ko_spelling")
