"""Every report is of the published schema, and says in a word what may be said and what may not."""

import json
import math
from pathlib import Path

import jsonschema
import pytest

from originality.core.baselines import shipped_baselines
from originality.core.compare import compare_paths, examine, open_side, open_sides
from originality.core.levels import detectable_r2
from originality.core.outcome import NEEDED_COVERAGE, OUTCOMES, outcome, why_not_comparable
from originality.core.readers import open_folder
from originality.core.report import report
from originality.core.sketch import build_sketch
from originality.core.sketchfile import save_sketch
from tests.factories.originality import fine_tuned, llama, write_model

SCHEMA = json.loads(Path("docs/originality-report.schema.json").read_text(encoding="utf-8"))


def faults(document):
    return [
        f"{list(error.path)}: {error.message}"
        for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)
    ]


@pytest.fixture
def parent(tmp_path):
    return write_model(tmp_path / "parent", llama(seed=1))


def candidates():
    return {
        "fine-tuned": (fine_tuned(llama(seed=1)), {}),
        "unrelated, without a tokenizer": (llama(seed=2), {"tokenizer": False}),
        "other sizes": (llama(seed=5, width=32, units=96, layers=2), {}),
    }


@pytest.mark.parametrize("name", sorted(candidates()))
def test_every_report_is_of_the_published_schema(tmp_path, parent, name):
    tensors, options = candidates()[name]

    document = compare_paths(write_model(tmp_path / "candidate", tensors, **options), parent)

    assert faults(json.loads(json.dumps(document, allow_nan=False))) == []


def test_a_report_from_sketches_is_of_the_schema_too(tmp_path, parent):
    for name, folder in (("a", write_model(tmp_path / "child", fine_tuned(llama(seed=1)))), ("b", parent)):
        save_sketch(build_sketch(open_folder(folder)), tmp_path / f"{name}.sketch")

    document = compare_paths(tmp_path / "a.sketch", tmp_path / "b.sketch")

    assert faults(document) == []
    assert document["candidate"]["seen_as"] == "sketch"
    assert {score["kind"] for score in document["scores"]} >= {"norm", "gate", "up", "down", "query", "embedding"}


def test_the_schema_describes_every_key():
    undescribed = []

    def walk(node, path):
        for key, value in node.get("properties", {}).items():
            if not value.get("description") and "const" not in value and "pattern" not in value and "type" not in value:
                undescribed.append(f"{path}.{key}")
            walk(value, f"{path}.{key}")

    walk(SCHEMA, "report")
    assert undescribed == []


def test_every_score_stands_beside_null_coverage_and_percentile(tmp_path, parent):
    child = write_model(tmp_path / "child", fine_tuned(llama(seed=1)))
    document = compare_paths(child, parent)

    for score in document["scores"]:
        assert math.isfinite(score["null_mean"])
        assert score["null_sd"] >= 0
        assert score["null_source"]
        assert 0 <= score["coverage"] <= 1
        assert {"control_percentile", "positive_control", "registry_pairs", "smallest_p"} <= set(score)


def test_dates_are_passed_on_and_direction_stays_open(tmp_path, parent):
    child = write_model(tmp_path / "child", fine_tuned(llama(seed=1)))
    findings = examine(*open_sides(child, parent))
    known = {"public_since": "2025-01-01", "earliest_deposit": "2026-01-01"}

    plain = report(findings, baselines=shipped_baselines(), **known)
    own = report(findings, baselines=shipped_baselines(), lineage="our base model", **known)

    assert plain["direction"] == {
        "text": "direction not determined",
        "reference_public_since": "2025-01-01",
        "candidate_earliest_deposit": "2026-01-01",
    }
    assert (plain["global"]["outcome"], own["global"]["outcome"]) == ("common origin", "own lineage")
    assert plain["global"]["level"] == own["global"]["level"] == 2
    assert own["lineage"] == {"declared": "our base model", "shown": True}
    assert faults(own) == []


def test_a_declaration_that_the_weights_do_not_show_is_said(tmp_path, parent):
    other = write_model(tmp_path / "other", llama(seed=7))
    findings = examine(open_side(other), open_side(parent))

    document = report(findings, baselines=shipped_baselines(), lineage="our base model")

    assert document["global"]["outcome"] == "no trace"
    assert document["lineage"] == {"declared": "our base model", "shown": False}


def test_a_comparison_of_next_to_nothing_is_no_acquittal(tmp_path, parent):
    """The affair's 0.0004 %: gains alone were compared, and that was read as a match rate."""
    tensors = llama(seed=3, words=20_000)
    few = {name: value for name, value in tensors.items() if "norm" in name or "embed" in name}

    document = compare_paths(write_model(tmp_path / "candidate", few, tokenizer=False), parent)

    assert {row["role"] for row in document["modules"]} == {"norm"}
    assert document["coverage"]["any"] < NEEDED_COVERAGE
    assert document["global"]["outcome"] == "not comparable"
    assert "too little to speak of no trace" in document["global"]["not_comparable"]


@pytest.mark.parametrize(
    ("level", "made", "coverage", "lineage", "expected"),
    [
        (0, 5, 0.9, None, "no trace"),
        (0, 0, 0.0, None, "not comparable"),
        (0, 5, 0.001, "ours", "not comparable"),
        (1, 5, 0.9, "ours", "anomaly"),
        (2, 5, 0.001, None, "common origin"),
        (2, 5, 0.9, "ours", "own lineage"),
        (3, 5, 0.9, "ours", "own lineage"),
        (3, 5, 0.9, None, "identical"),
    ],
)
def test_outcomes(level, made, coverage, lineage, expected):
    why = why_not_comparable(level=level, tests_made=made, coverage=coverage)

    assert outcome(level=level, not_comparable=why, lineage=lineage) == expected
    assert expected in OUTCOMES


def test_a_block_of_few_units_is_said_to_be_blind():
    few, more, most = (detectable_r2(n=n, k=32, tests=1_000) for n in (32, 64, 4_096))

    assert few == 1.0
    assert 0.02 < more < 0.04
    assert most == 0.01


def test_no_trace_comes_with_its_detection_limit(tmp_path, parent):
    document = compare_paths(write_model(tmp_path / "other", llama(seed=7)), parent)

    assert document["global"]["detectable_r2"] == {"finest": 0.01, "coarsest": 1.0}
    assert all(0.01 <= row["detectable_r2"] <= 1 for row in document["global"]["pooled"].values())
