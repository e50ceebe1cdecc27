import json
import math

import pytest

from originality.core.errors import InputError
from originality.core.trace.checks import Point, first_loss, forward_clock, rising_tokens, trace_report
from originality.core.trace.series import read_logs
from tests.factories.originality import write_logs


def points(*values):
    return [Point(step, value, 100.0 + step) for step, value in enumerate(values, start=1)]


@pytest.mark.parametrize(("value", "outcome"), [(math.log(400) + 0.1, "shown"), (2.0, "not shown"), (9.5, "not shown")])
def test_first_loss_against_the_size_of_the_vocabulary(value, outcome):
    check = first_loss(points(value, 1.0), vocabulary_size=400)

    assert check["outcome"] == outcome
    assert check["figures"]["expected"] == pytest.approx(math.log(400))


def test_first_loss_of_a_resumed_log_is_not_shown():
    assert first_loss([Point(500, 6.0, 0.0)], vocabulary_size=400)["reason"] == "the logs begin after the first step"


def test_first_loss_needs_the_vocabulary():
    assert first_loss(points(6.0), vocabulary_size=None)["outcome"] == "not applicable"


def test_tokens_that_fall_are_named():
    assert rising_tokens(points(10, 20, 15))["figures"]["at_step"] == 3


def test_a_clock_that_runs_backwards_is_named():
    edited = [Point(1, 1.0, 50.0), Point(2, 1.0, 60.0), Point(3, 1.0, 55.0)]

    assert forward_clock(edited)["figures"]["at_step"] == 3


def test_csv_and_json_lines_are_merged(tmp_path):
    write_logs(tmp_path)
    lines = [json.dumps({"_step": step, "loss": 5.0, "lr": 0.1}) for step in range(41, 44)]
    (tmp_path / "rest.jsonl").write_text("\n".join([*lines, "{broken", '{"loss": 1}']))

    logs = read_logs(tmp_path)

    assert logs.series["loss"].step[-1] == 43
    assert logs.series["loss"].value[-1] == 5.0
    assert len(logs.series["loss"]) == 43
    assert [(fault.offset, fault.file) for fault in logs.faults] == [(4, "rest.jsonl"), (5, "rest.jsonl")]


def test_two_files_that_disagree_are_counted(tmp_path):
    write_logs(tmp_path)
    (tmp_path / "other.csv").write_text("step,loss\n1,3.0\n2,3.0\n")

    (seam,) = read_logs(tmp_path).seams["loss"]
    assert seam.differing == 2


def test_pictures_are_no_logs(tmp_path):
    (tmp_path / "curve.png").write_bytes(b"\x89PNG")

    with pytest.raises(InputError, match="screenshots and notes are not read"):
        read_logs(tmp_path)


def test_report_thins_long_series_and_keeps_the_ends(tmp_path):
    rows = "\n".join(f"{step},{10 - step / 1000}" for step in range(1000))
    (tmp_path / "loss.csv").write_text("step,loss\n" + rows)

    series = trace_report(read_logs(tmp_path))["series"]["loss"]

    assert len(series) == 200
    assert series[0] == [0, 10.0]
    assert series[-1][0] == 999


def test_numbers_that_are_not_finite_do_not_reach_the_report(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"step": 1, "loss": NaN}\n{"step": 2, "loss": 5.0}\n')

    report = trace_report(read_logs(tmp_path), vocabulary_size=10)

    json.dumps(report, allow_nan=False)
