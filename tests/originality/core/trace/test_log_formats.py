"""Every form of log that is read, and what is wrong with logs in practice: reported with its place, the rest is read."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from originality.core.errors import InputError
from originality.core.trace.numberkernel import moment, number
from originality.core.trace.series import read_logs, read_run

TEXT = "step,loss\n" + "".join(f"{step},{9 - step / 10}\n" for step in range(1, 6))


def reading(path, name, data, mapping=None):
    (path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_logs(path, mapping)


def told(findings):
    return [(item.offset, item.reason) for item in findings]


def test_korean_table_with_semicolons_and_decimal_commas(tmp_path):
    rows = "".join(
        f"{step};{9 - step / 10:.3f};0,001;{step * 512};2026-11-01 10:00:0{step}\n".replace(".", ",")
        for step in range(5)
    )

    logs = reading(tmp_path, "로그.csv", ("스텝;학습 손실;학습률;누적 토큰 수;시각\n" + rows).encode("cp949"))

    assert logs.tags == {"loss": "학습 손실", "learning_rate": "학습률", "tokens": "누적 토큰 수"}
    assert logs.series["loss"].value.tolist() == [9.0, 8.9, 8.8, 8.7, 8.6]
    assert logs.series["loss"].time[1] == 1793527201.0
    assert not logs.segments[0].zone_known
    assert not logs.faults
    assert [reason for _, reason in told(logs.notes)] == [
        "the text is written in CP949",
        "the columns are divided by ;, not by comma",
        "numbers have a decimal comma",
        "the times tell no time zone; they are read as UTC",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", " "])
def test_delimiters_and_encodings_are_found(tmp_path, encoding, delimiter):
    logs = reading(tmp_path, "log.csv", TEXT.replace(",", delimiter).encode(encoding))

    assert logs.series["loss"].step.tolist() == [1, 2, 3, 4, 5]
    assert logs.series["loss"].value.tolist() == [8.9, 8.8, 8.7, 8.6, 8.5]


def test_rows_that_cannot_be_used_are_told_by_line_and_the_others_read(tmp_path):
    rows = 'step,time,loss,note\n1,1790000001,"1,024.5",a\n2,1790000002,oops,b\n\n3,1790000003\n4.5,1790000004,4,d\n5,1790000005,nan,e\n6,1790000006,3.5,f,\n7,'

    logs = reading(tmp_path, "log.csv", rows)

    assert logs.series["loss"].step.tolist() == [1, 5, 6]
    assert np.array_equal(logs.series["loss"].value, [1024.5, math.nan, 3.5], equal_nan=True)
    assert sorted(told(logs.faults)) == [
        (3, "loss: no number"),
        (5, "this line has fewer fields than the 4 of the header"),
        (6, "no step: step is no whole number here"),
        (9, "this line has fewer fields than the 4 of the header"),
    ]
    assert any("1 values are no finite number, the first at step 5" in reason for _, reason in told(logs.notes))


def test_header_that_stands_again_after_a_restart(tmp_path):
    logs = reading(tmp_path, "log.csv", "step,loss\n1,3\n2,2\n3,1\nstep,loss\n2,2.5\n3,2\nstep,lr,loss\n4,0.1,1.5\n")

    assert logs.series["loss"].value.tolist() == [3, 2.5, 2, 1.5]
    assert logs.series["learning_rate"].step.tolist() == [4]
    assert not logs.faults
    assert [offset for offset, _ in told(logs.notes)][:2] == [5, 8]


def test_remarks_above_the_names_are_passed_over(tmp_path):
    logs = reading(tmp_path, "log.csv", "# run of 11 November\n\n" + TEXT)

    assert len(logs.series["loss"]) == 5
    assert logs.segments[0].offset == 4
    assert logs.notes[0].reason == "1 lines above the names of the columns are left out"


def test_tensorboards_own_csv_takes_the_name_from_its_file(tmp_path):
    logs = reading(
        tmp_path, "run-1-tag-train_loss.csv", "Wall time,Step,Value\n1790000001.5,1,3.5\n1790000002.5,2,3.25\n"
    )

    assert logs.tags == {"loss": "train_loss"}
    assert logs.series["loss"].time.tolist() == [1790000001.5, 1790000002.5]


def test_tables_without_steps_say_what_is_expected_and_take_the_teams_word(tmp_path):
    logs = reading(tmp_path, "log.csv", "nr,loss\n1,3\n2,2\n")
    assert logs.faults[0].reason.startswith("no column of steps; expected one named step, global_step")

    assert read_logs(tmp_path, {"step": "nr"}).series["loss"].value.tolist() == [3, 2]


def test_lines_of_json(tmp_path):
    rows = [
        '{"_step": 1, "_timestamp": 1790000001, "train": {"loss": 3.5, "deep": {"lr": 0.1}}, "phase": "warm"}',
        "{broken",
        '{"_step": 2, "_timestamp": 1790000002, "train": {"loss": "NaN"}}',
        '{"loss": 1}',
        '{"_step": 2.5, "loss": 1}',
        "[" * 100_000,
        '{"_step": 3, "text": "' + "x" * (9 << 20) + '"}',
        '{"_step": 4, "train": {"loss": 3}}',
    ]

    logs = reading(tmp_path, "history.jsonl", "\n".join(rows))

    assert logs.series["loss"].step.tolist() == [1, 2, 4]
    assert logs.tags["learning_rate"] == "train/deep/lr"
    assert sorted(offset for offset, _ in told(logs.faults)) == [2, 4, 5, 6, 7]
    reasons = dict(told(logs.faults))
    assert reasons[6] == "this JSON is nested too deeply"
    assert reasons[7] == "this line is longer than 4 MB; it is passed over"


def test_bytes_that_are_no_utf8_in_lines_of_json(tmp_path):
    logs = reading(
        tmp_path,
        "log.jsonl",
        b'{"step": 1, "loss": 2}\n' * 9000 + '{"step": 2, "손실": 1, "loss": 1}\n'.encode("cp949"),
    )

    assert logs.series["loss"].step.tolist() == [1, 2]
    assert logs.notes[0].offset == 9001


@pytest.mark.parametrize("indent", [None, 2])
def test_trainer_states_of_several_checkpoints_are_copies_not_restarts(tmp_path, indent):
    for last in (10, 20):
        rows = [{"epoch": 0.1, "loss": 9 - step / 10, "learning_rate": 0.1, "step": step} for step in range(1, last)]
        rows.append({"train_loss": 5.0, "train_runtime": 60.0, "step": last - 1})
        document = {"best_metric": None, "log_history": rows, "stateful_callbacks": {"a": {"b": {"c": [1]}}}}
        folder = tmp_path / f"checkpoint-{last}"
        folder.mkdir()
        (folder / "trainer_state.json").write_text(json.dumps(document, indent=indent))

    logs = read_logs(tmp_path)

    assert logs.tags["loss"] == "loss"
    assert logs.series["loss"].step.tolist() == list(range(1, 20))
    assert logs.seams["loss"] == []
    assert not logs.faults


def test_exported_history_is_an_array_and_may_be_torn(tmp_path):
    text = json.dumps([{"_step": step, "loss": 9.0 - step, "_runtime": step} for step in range(5)])

    logs = reading(tmp_path, "history.json", text[:-20])

    assert logs.series["loss"].step.tolist() == [0, 1, 2, 3]
    assert logs.faults[0].reason == "the document ends before it is closed; what stands before is read"


def test_what_is_no_log_is_named(tmp_path):
    (tmp_path / "curve.png").write_bytes(b"\x89PNG\x00")
    (tmp_path / "config.json").write_text('{\n "hidden_size": 64,\n "layers": [{"a": 1}, {"b": 2}]\n}')
    (tmp_path / "notes.txt").write_text("the run went well, and then it stopped\nbut why\n")
    (tmp_path / "model.safetensors").write_bytes(b"\x00" * 64)
    (tmp_path / "log.csv").write_text(TEXT)

    with read_run(tmp_path) as run:
        assert run.logs.ignored == ["config.json", "curve.png", "model.safetensors", "notes.txt"]
        assert run.logs.faults_total == 0
        assert run.files == [("log.csv", "UTF-8, columns by ,", len(TEXT), 5)]


def test_a_mapping_of_what_is_no_quantity_is_refused(tmp_path):
    with pytest.raises(InputError, match="'accuracy' is no quantity; there are loss, validation_loss"):
        reading(tmp_path, "log.csv", TEXT, {"accuracy": "loss"})


@given(st.floats(-1e300, 1e300) | st.decimals(allow_nan=False, allow_infinity=False, places=6).map(float))
def test_numbers_are_those_of_python(value):
    for text in (repr(value), f"{value:.17e}", f"{value:.3f}", f"+{abs(value)!r}"):
        raw = np.frombuffer(text.encode(), np.uint8)
        good, found = number(raw, 0, len(raw), 46, 0)
        assert good
        assert found == pytest.approx(float(text), rel=3e-16, abs=1e-323)


@given(st.text("0123456789.-+eEnaifINF ", max_size=12))
def test_what_is_a_number_is_what_python_reads(text):
    raw = np.frombuffer(text.encode() + b" ", np.uint8)
    good, found = number(raw, 0, len(raw) - 1, 46, 0)
    try:
        expected = float(text) if text == text.strip() else None
    except ValueError:
        expected = None

    assert bool(good) == (expected is not None)
    assert expected is None or found == pytest.approx(expected, rel=3e-16, abs=1e-323, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "seconds", "zoned"),
    [
        ("1970-01-02", 86400.0, False),
        ("2026-11-01T10:20:30.5Z", 1793528430.5, True),
        ("2026-11-01 19:20:30+09:00", 1793528430.0, True),
        ("2026/11/01 10:20", 1793528400.0, False),
        ("2000-02-29 00:00:00", 951782400.0, False),
        ("2026-13-01", -1.0, False),
        ("오전 10:00", -1.0, False),
    ],
)
def test_moments(text, seconds, zoned):
    raw = np.frombuffer(text.encode(), np.uint8)

    assert moment(raw, 0, len(raw)) == (seconds, zoned)
