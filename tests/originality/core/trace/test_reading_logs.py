import json

import pytest

from originality.core.errors import InputError
from originality.core.trace.series import read_logs
from tests.factories.originality import write_logs


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
