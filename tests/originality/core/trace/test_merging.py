"""Many files and restarts become one series for a quantity: the later start wins where both tell a step."""

import json

import numpy as np
import pytest

from originality.core.trace.names import guess, quantity_of
from originality.core.trace.series import read_logs

BEGUN = 1_790_000_000.0


def write(path, steps, *, begun=BEGUN, shift=0.0, name="loss", timed=True):
    rows = [
        {"step": step, **({"_timestamp": begun + 100 * number} if timed else {}), name: 9 - step / 100 + shift}
        for number, step in enumerate(steps)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write("".join(json.dumps(row) + "\n" for row in rows))


def test_a_restart_in_a_new_file_takes_over_where_it_begins(tmp_path):
    write(tmp_path / "b.jsonl", range(100))
    write(tmp_path / "a.jsonl", range(80, 150), begun=BEGUN + 20_000, shift=0.5)

    logs = read_logs(tmp_path)

    series = logs.series["loss"]
    assert series.step.tolist() == list(range(150))
    assert series.segment.tolist() == [0] * 80 + [1] * 70
    assert logs.seams["loss"] == [(80, 99, 20, 20)]
    assert [(item.file, item.first_step, item.last_step, item.begun) for item in logs.segments] == [
        ("b.jsonl", 0, 99, BEGUN),
        ("a.jsonl", 80, 149, BEGUN + 20_000),
    ]


def test_a_restart_inside_a_file_is_told_with_its_line(tmp_path):
    write(tmp_path / "log.jsonl", range(100))
    write(tmp_path / "log.jsonl", range(50, 120), begun=BEGUN + 20_000)

    logs = read_logs(tmp_path)

    assert [segment.offset for segment in logs.segments] == [1, 101]
    assert logs.seams["loss"] == [(50, 99, 50, 0)]
    assert logs.notes[0].offset == 101
    assert "steps go back" in logs.notes[0].reason


def test_what_an_earlier_start_has_beyond_a_short_later_one_stays(tmp_path):
    write(tmp_path / "a.jsonl", range(100))
    write(tmp_path / "b.jsonl", range(50, 60), begun=BEGUN + 20_000, shift=1.0)

    series = read_logs(tmp_path).series["loss"]

    assert series.segment.tolist() == [0] * 50 + [1] * 10 + [0] * 40


def test_points_that_come_late_are_no_restart(tmp_path):
    write(tmp_path / "log.jsonl", [1, 2, 4, 3, 5, 8, 6, 7, 9, *range(10, 100)])

    logs = read_logs(tmp_path)

    assert logs.series["loss"].step.tolist() == list(range(1, 100))
    assert len(logs.segments) == 1
    assert "3 points come late" in logs.notes[0].reason


def test_two_programs_that_wrote_at_one_time_are_not_mixed(tmp_path):
    write(tmp_path / "rank0.jsonl", range(100))
    write(tmp_path / "rank1.jsonl", range(100), begun=BEGUN + 1, shift=0.1)

    logs = read_logs(tmp_path)

    assert set(logs.series["loss"].segment.tolist()) == {0}
    assert logs.seams["loss"] == []
    assert "at the same time by another file" in logs.notes[0].reason


def test_another_clock_after_a_restart_is_still_a_restart(tmp_path):
    write(tmp_path / "log.jsonl", range(100), begun=BEGUN)
    write(tmp_path / "log.jsonl", range(90, 150), begun=BEGUN - 32_400, shift=0.2)

    logs = read_logs(tmp_path)

    assert logs.seams["loss"] == [(90, 99, 10, 10)]
    assert logs.notes[-1] == ("log.jsonl", 101, "times go back by 41,300 s at step 90 in a later start")


def test_a_table_that_repeats_the_log_keeps_its_times(tmp_path):
    write(tmp_path / "log.jsonl", range(100))
    write(tmp_path / "export.jsonl", range(120), timed=False)

    logs = read_logs(tmp_path)

    assert logs.seams["loss"] == []
    assert logs.series["loss"].step[-1] == 119
    assert (logs.series["loss"].time[:100] > 0).all()


def test_folders_of_validation_are_series_of_their_own(tmp_path):
    write(tmp_path / "train" / "a.jsonl", range(100), name="epoch_loss")
    write(tmp_path / "validation" / "b.jsonl", range(0, 100, 10), name="epoch_loss", shift=0.3)

    logs = read_logs(tmp_path)

    assert logs.tags == {"loss": "epoch_loss", "validation_loss": "validation/epoch_loss"}
    assert len(logs.series["loss"]) == 100


def test_the_team_corrects_a_guess(tmp_path):
    write(tmp_path / "log.jsonl", range(10))
    write(tmp_path / "log.jsonl", range(10), name="my curve", shift=1.0)

    logs = read_logs(tmp_path, {"loss": "my curve", "tokens": "nothing of this name"})

    assert logs.series["loss"].value[0] == 10.0
    assert "tokens" not in logs.series
    assert any("no series of the logs is named" in note.reason for note in logs.notes)
    assert read_logs(tmp_path, {"loss": ""}).series == {}


def test_a_million_names_keep_the_first_and_those_that_mean_something(tmp_path, monkeypatch):
    monkeypatch.setattr("originality.core.trace.spool.MOST_NAMES", 5)
    row = {"step": 1, **{f"layer {number}": 1.0 for number in range(20)}, "loss": 3.0}
    (tmp_path / "log.jsonl").write_text(json.dumps(row))

    logs = read_logs(tmp_path)

    assert logs.series["loss"].value.tolist() == [3.0]
    assert logs.faults[0].reason == "names beyond the first 10,000: 15 points are not kept"


def test_many_starts_and_wild_steps_stay_one_series(tmp_path):
    steps = np.random.default_rng(0).integers(0, 500, 5000).tolist()
    write(tmp_path / "log.jsonl", steps)

    logs = read_logs(tmp_path)

    found = logs.series["loss"].step
    assert (np.diff(found) > 0).all()
    assert set(found.tolist()) <= set(steps)
    assert 1 < len(logs.segments) <= 1000
    assert not logs.faults


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("train/loss", "loss"),
        ("lm loss validation", "validation_loss"),
        ("loss_metrics/global_avg_loss", "loss"),
        ("loss_metrics/global_max_loss", None),
        ("train/CrossEntropyLoss", "loss"),
        ("train/z_loss", None),
        ("loss-scale", None),
        ("optim/learning_rate_group0", "learning_rate"),
        ("optim/total_grad_norm", "grad_norm"),
        ("params-norm", None),
        ("throughput/total_tokens", "tokens"),
        ("num_input_tokens_seen", "tokens"),
        ("tokens_per_batch", None),
        ("throughput/device/tokens_per_second", "throughput"),
        ("throughput(tps)", "throughput"),
        ("memory/max_active(GiB)", "memory"),
        ("my-run - train/loss", "loss"),
        ("검증 손실", "validation_loss"),
        ("초당 토큰", "throughput"),
        ("기울기 노름", "grad_norm"),
        ("accuracy", None),
    ],
)
def test_names_of_usual_trainers(name, quantity):
    meaning = quantity_of(name)

    assert (meaning[0] if meaning else None) == quantity


def test_a_summary_at_the_end_is_not_the_series():
    assert guess({"train_loss": 1, "loss": 500, "eval_loss": 5}) == {"loss": "loss", "validation_loss": "eval_loss"}
    assert guess({"lr/group0": 9, "lr/group1": 9}) == {"learning_rate": "lr/group0"}
