import copy
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.actions import SHIPPED
from evaluation.core.errors import SuiteError
from evaluation.core.suites import parse_suite, read_suite
from tests.factories.evaluation import suite_document

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def changed(path, value):
    """The document with one place set; a path is a tuple of keys, None as value removes it."""
    document = copy.deepcopy(suite_document())
    *way, last = path
    place = document
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


def test_the_shipped_suite_is_named_by_name_and_version():
    assert read_suite(SHIPPED / "small-korean.yaml").reference == "small-korean/1"


def test_two_spellings_of_one_document_have_one_digest(tmp_path):
    written = tmp_path / "suite.yaml"
    text = (SHIPPED / "small-korean.yaml").read_text(encoding="utf-8")
    written.write_text(text.replace("# Korean", "# Other comment, Korean"), encoding="utf-8")
    assert read_suite(written).digest == read_suite(SHIPPED / "small-korean.yaml").digest


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("schema",), "evaluation-suite/3", "$.schema"),
        (("name",), "Small Korean", "$.name"),
        (("version",), 0, "$.version"),
        (("seeds", "harness"), -1, "$.seeds.harness"),
        (("seeds", "selection"), None, "$.seeds"),
        (("model", "dtype"), "int8", "$.model.dtype"),
        (("tasks",), [], "$.tasks"),
        (("tasks", 0, "form"), "essay", "$.tasks[0].form"),
        (("tasks", 0, "source", "package"), "os", "$.tasks[0].source.package"),
        (("tasks", 0, "source", "set"), "../secrets", "$.tasks[0].source.set"),
        (("tasks", 0, "surprise"), 1, "$.tasks[0]"),
        (("tasks", 0, "metrics"), ["bits_per_byte"], "$.tasks[0].metrics"),
        (("tasks", 0, "labels"), None, "$.tasks[0].labels"),
        (("tasks", 0, "prompt"), "no placeholder", "$.tasks[0].prompt"),
        (("tasks", 0, "prompt"), "{question} {answer}", "$.tasks[0].prompt"),
        (("tasks", 0, "prompt"), "{question", "$.tasks[0].prompt"),
        (("tasks", 0, "name"), "ko_text", "$.tasks[2].name"),
    ],
)
def test_a_fault_is_told_with_its_path(path, value, where):
    with pytest.raises(SuiteError) as caught:
        parse_suite(changed(path, value))
    assert caught.value.where == where


@given(JSON)
def test_anything_that_is_no_suite_is_refused_as_one(document):
    with pytest.raises(SuiteError):
        parse_suite(document)


@given(st.sampled_from(sorted(suite_document())), JSON)
def test_one_wrong_part_is_refused_or_still_a_suite(key, value):
    with suppress(SuiteError):
        assert parse_suite(suite_document() | {key: value}).digest


def test_a_file_that_is_not_yaml_is_refused(tmp_path):
    (tmp_path / "bad.yaml").write_text("tasks: [", encoding="utf-8")
    with pytest.raises(SuiteError, match="not readable as YAML"):
        read_suite(tmp_path / "bad.yaml")


def test_a_yaml_that_wants_to_build_objects_is_refused(tmp_path):
    (tmp_path / "bad.yaml").write_text("!!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(SuiteError, match="not readable as YAML"):
        read_suite(tmp_path / "bad.yaml")
