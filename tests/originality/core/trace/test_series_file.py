"""The stored series give back what was read, and any window of it with its peaks, by reading little."""

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from originality.core.errors import InputError
from originality.core.trace.logsdocument import logs_document, small_curve
from originality.core.trace.model import Logs, Segment, Series
from originality.core.trace.series import read_run
from originality.core.trace.seriesfile import load_logs, open_series
from originality.core.trace.serieswriter import write_series

SEGMENT = Segment("log.csv", 0, 10**6, 0.0)


def logs_of(value, *, step=None):
    step = np.arange(len(value)) * 3 if step is None else step
    series = Series(step.astype(np.int64), value, np.zeros(len(value)), np.zeros(len(value), np.int16))
    return Logs({"loss": series}, {"loss": "loss"}, [SEGMENT], {"loss": []}, ["log.csv"], [], [], 0)


class Counting(io.BytesIO):
    """A stream that counts the bytes read of it."""

    total = 0

    def read(self, size=-1):
        data = super().read(size)
        self.total += len(data)
        return data


@settings(max_examples=60)
@given(data=st.data())
def test_any_window_has_its_ends_and_its_peaks(tmp_path_factory, data):
    count = data.draw(st.integers(1, 3000))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    value = rng.normal(size=count)
    value[rng.random(count) < data.draw(st.sampled_from([0, 0.1, 1]))] = np.nan
    logs = logs_of(value, step=np.cumsum(rng.integers(1, 5, count)))
    path = tmp_path_factory.mktemp("series") / "s.safetensors"
    write_series(logs, path)
    step = logs.series["loss"].step
    first, last = sorted((data.draw(st.integers(-5, int(step[-1]) + 5)), data.draw(st.integers(-5, int(step[-1]) + 5))))
    points = data.draw(st.integers(4, 500))

    window = open_series(io.BytesIO(path.read_bytes())).window("loss", first, last, points=points)

    inside = (step >= first) & (step <= last)
    assert window.total == inside.sum()
    assert len(window.step) <= points
    assert window.thinned == (window.total > points)
    if window.total:
        assert (window.step[0], window.step[-1]) == (step[inside][0], step[inside][-1])
        assert (np.diff(window.step) > 0).all()
        assert np.isin(window.step, step[inside]).all()
        if np.isfinite(value[inside]).any():
            assert np.nanmax(window.value) == np.nanmax(value[inside])
            assert np.nanmin(window.value) == np.nanmin(value[inside])


def test_a_window_of_a_million_points_reads_kilobytes(tmp_path):
    value = np.sin(np.arange(1_000_000) / 1000.0)
    value[777_777] = 50.0
    write_series(logs_of(value), tmp_path / "s")
    stream = Counting((tmp_path / "s").read_bytes())

    series = open_series(stream)
    whole, part = series.window("loss"), series.window("loss", 1_500_000, 2_700_000)

    assert max(whole.value) == max(part.value) == 50.0
    assert (whole.total, part.total) == (1_000_000, 400_001)
    assert stream.total < 500_000


def test_what_is_stored_is_what_was_read(tmp_path):
    (tmp_path / "logs").mkdir()
    rows = [*range(50), *range(40, 90)]
    text = "".join(f"{step},{'nan' if step == 7 else 9 - step / 10},{step * 512},{step / 2}\n" for step in rows)
    (tmp_path / "logs" / "log.csv").write_text("step,loss,tokens,extra\n" + text + "x\n")

    with read_run(tmp_path / "logs") as reading:
        for name in ("one", "two"):
            write_series(reading, tmp_path / name)
        document, logs = logs_document(reading), reading.logs
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()

    again = load_logs(tmp_path / "one")
    assert again[1:] == logs[1:]
    for quantity, series in logs.series.items():
        assert all(
            np.array_equal(old, new, equal_nan=True) for old, new in zip(series, again.series[quantity], strict=True)
        )
    with (tmp_path / "one").open("rb") as stream:
        file = open_series(stream)
        assert file.document() == json.loads(json.dumps(document, allow_nan=False))
        assert [(segment, step.tolist()) for segment, step, _, _ in file.logged("extra")] == [
            (0, rows[:50]),
            (1, rows[50:]),
        ]
        assert np.concatenate([piece.step for piece in file.rows("loss", 10, 60)]).tolist() == list(range(10, 61))
        assert file.window("loss", 39, 40).segment.tolist() == [0, 1]
    assert document["quantities"]["loss"] == {
        "points": 90,
        "first": 0,
        "last": 89,
        "low": pytest.approx(0.1),
        "high": 9.0,
        "not_finite": 1,
    }
    assert document["names"][-1] == {"name": "extra", "points": 100, "first": 0, "last": 89, "quantity": ""}
    assert document["faults_total"] == 1


def test_the_file_is_one_that_safetensors_reads(tmp_path):
    from safetensors.numpy import load_file

    write_series(logs_of(np.arange(100.0)), tmp_path / "s")

    assert load_file(tmp_path / "s")["loss/value"].tolist() == list(range(100))


@pytest.mark.parametrize("length", [0, 7, 8, 200, 2000])
def test_a_torn_file_is_refused(tmp_path, length):
    write_series(logs_of(np.arange(1000.0)), tmp_path / "s")
    stream = io.BytesIO((tmp_path / "s").read_bytes()[:length])

    with pytest.raises(InputError, match="series"):
        open_series(stream).window("loss")


@pytest.mark.parametrize("count", [1, 300, 301, 5000, 150_000])
def test_a_small_curve_has_ends_and_peaks(count):
    value = np.random.default_rng(0).normal(size=count)
    curve = small_curve(logs_of(value).series["loss"])

    assert len(curve) <= 300
    assert [curve[0], curve[-1]] == [[0, value[0]], [3 * count - 3, value[-1]]]
    assert max(height for _, height in curve) == value.max()
    assert min(height for _, height in curve) == value.min()


def test_a_quantity_that_is_not_there_has_no_points(tmp_path):
    write_series(logs_of(np.arange(10.0)), tmp_path / "s")

    with (tmp_path / "s").open("rb") as stream:
        assert open_series(stream).window("tokens").total == 0


@settings(max_examples=60)
@given(data=st.data())
def test_stretches_count_every_point_and_name_the_lowest_and_highest(tmp_path_factory, data):
    count = data.draw(st.integers(1, 30_000))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    value = rng.normal(size=count)
    value[rng.random(count) < data.draw(st.sampled_from([0, 0.1, 1]))] = np.nan
    logs = logs_of(value, step=np.cumsum(rng.integers(1, 5, count)))
    path = tmp_path_factory.mktemp("series") / "s.safetensors"
    write_series(logs, path)
    step = logs.series["loss"].step
    first, last = sorted((data.draw(st.integers(-5, int(step[-1]) + 5)), data.draw(st.integers(-5, int(step[-1]) + 5))))

    found = open_series(io.BytesIO(path.read_bytes())).stretches("loss", first, last)

    inside = (step >= first) & (step <= last)
    assert sum(row.points for row in found) == inside.sum()
    assert len(found) == min(10, inside.sum())
    for row in found:
        mine = value[(step >= row.first) & (step <= row.last)]
        assert len(mine) == row.points
        if np.isfinite(mine).any():
            assert (row.low, row.high) == (np.nanmin(mine), np.nanmax(mine))
            assert value[step == row.low_step][0] == row.low
        else:
            assert np.isnan(row.low)
    if found:
        assert (found[0].first, found[-1].last) == (step[inside][0], step[inside][-1])
