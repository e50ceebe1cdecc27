"""The laboratory that judges the checks: what it trains, writes and forges is what its table says."""

import pytest

from benchmarks.support.laboratory.network import Shape
from benchmarks.support.tracelab import tables
from benchmarks.support.tracelab.course import Recipe, Resume
from benchmarks.support.tracelab.dossier import honest
from benchmarks.support.tracelab.forgeries import FORGERS
from benchmarks.support.tracelab.honest import recipes
from benchmarks.support.tracelab.logbook import WRITERS
from benchmarks.support.tracelab.tables import Judged
from benchmarks.support.tracelab.training import train
from benchmarks.support.tracelab.writing import write
from originality.core.trace.series import read_logs

TINY = Shape(layers=1, width=16, units=32, heads=1, kv_heads=1)
SHORT = Recipe(
    "short", 7, steps=12, every=4, warmup=2, length=16, shape=TINY, resumes=(Resume(10, 8, pause=0.0),), words="english"
)


@pytest.fixture(scope="module")
def run():
    return train(SHORT)


def test_a_resumed_run_repeats_the_steps_it_had_lost(run):
    twice = [point for point in run.points if point.step in {8, 9}]

    assert [(point.segment, point.step) for point in twice] == [(0, 8), (0, 9), (1, 8), (1, 9)]
    assert [point.loss for point in twice[:2]] == [point.loss for point in twice[2:]]


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_every_form_of_a_log_is_read_as_what_was_logged(run, form, tmp_path):
    dossier = honest(run, form=form)
    WRITERS[form](tmp_path, dossier.rows)

    read = read_logs(tmp_path).series["loss"]

    losses = {row.step: row.values["loss"] for row in dossier.rows if "loss" in row.values}
    assert read.step.tolist() == sorted(losses)
    assert read.value.tolist() == pytest.approx([losses[step] for step in sorted(losses)], abs=0.006)


def test_a_written_dossier_binds_its_checkpoints_and_the_log_so_far(run, tmp_path):
    written = write(honest(run, form="jsonl"), folder=tmp_path)

    assert [(link.role, link.step) for link in written.facts.chain] == [
        ("initial", 0),
        ("intermediate", 4),
        ("intermediate", 8),
        ("final", 12),
    ]
    assert {deposit.digest for deposit in written.facts.deposits} == set(written.folders)
    assert all(deposit.log_digest for deposit in written.facts.deposits)


def test_the_table_names_every_forgery_and_no_other():
    assert set(tables.expected()["forged"]) == set(FORGERS)


def test_the_table_knows_every_honest_recipe():
    assert {recipe.name for recipe in recipes(0)} <= set(tables.expected()["honest"])


def test_a_finding_on_an_honest_dossier_is_a_failure():
    found = [finding("schedule", level=1, outcome="deviates"), *(finding(name) for name in asked("honest", "muon"))]

    failures = tables.failures([Judged("muon", False, {"findings": found})])

    assert len(failures) == 2  # that it deviates, and that it is not shown as the table says


def test_a_forgery_that_its_check_leaves_alone_is_a_failure():
    found = [finding("noise"), finding("digits", level=2, outcome="deviates")]

    assert tables.failures([Judged("smooth-curve", True, {"findings": found})]) == [
        "forged smooth-curve: not caught by 'noise'"
    ]


def asked(kind, name):
    return [check for check in tables.expected()[kind][name]["shown"] if check != "schedule"]


def finding(check, *, level=0, outcome="shown"):
    return {"check": check, "outcome": outcome, "level": level, "figure": {}, "expected": {}, "reason": ""}
