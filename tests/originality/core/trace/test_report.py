"""The document of a training run: every report is as docs/originality-trace.schema.json says, and says what is missing."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from originality.core.run import SERIES
from originality.core.trace.declaration import facts_document
from originality.core.trace.facts import ChainLink, Facts
from originality.core.trace.findingsjob import findings_run
from originality.core.trace.measures import Leg, Measures, measures_document
from originality.core.trace.model import QUANTITIES, Fault, Logs, Series
from originality.core.trace.prefixes import LogPrefix, log_prefixes
from originality.core.trace.report import trace_report
from originality.core.trace.serieswriter import write_series
from tests.originality.core.trace.courses import columns, facts, logs_of

SCHEMA = json.loads(Path("docs/originality-trace.schema.json").read_text(encoding="utf-8"))
NOTHING = Logs({}, {}, [], {}, [], [], [Fault("a.csv", 3, "no number")], 1)


def held_to_schema(report):
    """Validate what a reader of the file gets."""
    read = json.loads(json.dumps(report, allow_nan=False))
    jsonschema.validate(read, SCHEMA)
    return read


@pytest.mark.parametrize("known", [facts(), Facts()], ids=["declared", "bare"])
@pytest.mark.parametrize("logs", [logs_of(columns()), NOTHING], ids=["honest", "nothing"])
def test_every_report_is_of_its_schema(logs, known):
    report = held_to_schema(trace_report(logs, known, Measures()))

    assert report["level"] == 0
    assert len({row["check"] for row in report["findings"]}) == len(report["findings"]) == 20
    assert sum(report["summary"].values()) == 20


def test_a_bare_run_says_what_is_missing():
    report = trace_report(NOTHING, Facts(), Measures())

    assert report["summary"]["shown"] == 0
    assert {
        "there is no training declaration",
        "there is no checkpoint of step 0",
        "a part of the logs could not be read",
    } <= set(report["missing"])


def test_a_forged_rate_raises_the_level_and_names_its_steps():
    held = columns()
    held["learning_rate"][200:300] *= 1.5

    report = held_to_schema(trace_report(logs_of(held), facts(), Measures()))

    assert report["level"] == 1
    assert [row["check"] for row in report["findings"] if row["level"]] == ["schedule"]


def test_curves_are_thinned_and_keep_their_ends():
    held = columns()
    held["loss"][5] = np.nan

    curve = trace_report(logs_of(held), facts(), Measures())["curves"]["loss"]

    assert len(curve) == 300
    assert (curve[0][0], curve[-1][0]) == (0, 599)


def test_values_that_are_no_numbers_disturb_no_check():
    empty = np.zeros(0)
    broken = columns()
    for name in ("loss", "grad_norm", "learning_rate", "tokens", "throughput"):
        broken[name] = np.full(len(broken["step"]), np.nan)
    logs = logs_of(broken)
    logs.series["validation_loss"] = Series(empty.astype(int), empty, empty, empty.astype(np.int16))

    assert held_to_schema(trace_report(logs, facts(), Measures()))["level"] == 0


@pytest.mark.parametrize("points", [1, 2, 6, 70])
def test_short_logs_disturb_no_check(points):
    held = {name: column[:points] for name, column in columns().items()}

    held_to_schema(trace_report(logs_of(held), facts(), Measures()))


def test_the_job_reads_what_the_other_jobs_left(tmp_path):
    write_series(logs_of(columns()), tmp_path / SERIES)
    problem = {"kind": "loss", "digest": "a" * 64, "text": "withheld", "problem": "no tokenizer"}
    spec = {
        "series": SERIES,
        "facts": facts_document(facts()),
        "measures": measures_document(Measures()),
        "prefixes": [LogPrefix("events", 5, "e" * 64)._asdict()],
        "problems": [problem],
        "plan_digest": "d" * 64,
    }

    report = held_to_schema(findings_run(spec, folder=tmp_path, progress=lambda *_: None))

    assert report["problems"] == [problem]
    assert {row["check"]: row["outcome"] for row in report["findings"]}["schedule"] == "shown"


def test_beginnings_of_logs_are_digested_at_each_length(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log.jsonl").write_bytes(b"abcdef")

    rows = log_prefixes(tmp_path, [3, 6, 7, None, 0])

    assert [(row.file, row.bytes, row.digest[:8]) for row in rows] == [
        ("deep/log.jsonl", 3, "ba7816bf"),
        ("deep/log.jsonl", 6, "bef57ec7"),
    ]


def test_numbers_at_the_edge_of_what_can_be_written_fail_no_report():
    step = np.arange(80)
    wild = np.array([1e308, -1e308, 5e-324, 1.0])[step % 4]
    series = Series(step, wild, np.zeros(80), np.zeros(80, np.int16))
    logs = NOTHING._replace(series=dict.fromkeys(QUANTITIES, series), tags={name: name for name in QUANTITIES})
    known = facts()._replace(chain=(ChainLink("a" * 64, "final", 41, 7),))
    far = {"tensors": (), "cosine": 1.0, "from_start_cosine": 0.5}
    legs = [
        Leg("a", "b", 0, 40, distance=1e-200, from_start_distance=1e-200, **far),
        Leg("b", "c", 40, 41, distance=1e200, from_start_distance=1e-200, **far),
    ]

    held_to_schema(trace_report(logs, known, Measures(legs=tuple(legs))))
