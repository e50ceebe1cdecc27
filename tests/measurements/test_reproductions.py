"""A figure that was drawn: the run, the verdict, the explanation, and what the tally takes."""

import gzip
import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evaluation.models import Suite
from portal.artifacts.actions import store_file
from portal.artifacts.errors import ArtifactError
from portal.common.transitions import TransitionError
from portal.letters.models import Letter
from portal.measurements.actions import reproducing
from portal.measurements.errors import MeasurementError
from portal.measurements.models import Reproduction
from portal.measurements.selectors import reproducing as selectors
from portal.measurements.selectors.reported import open_reproductions, reported_measurements
from tests.factories.evaluation import suite_document
from tests.factories.reported import (
    asked,
    end,
    log_files,
    member_of,
    reported_and_drawn,
    settled,
)

pytestmark = pytest.mark.django_db


def test_a_figure_that_is_found_again_is_reproduced_item_by_item(tmp_path, officer):
    row = settled(tmp_path, by=officer, reproduced=30)

    assert (row.state, row.difference, row.low, row.high, row.method) == ("reproduced", "0", "0", "0", "paired")
    assert open_reproductions(row.draw.phase) == []
    assert reproducing.settle_reproductions() == 0


def test_a_figure_that_is_not_found_again_may_be_explained_and_is_concluded_by_a_decider(tmp_path, officer, decider):
    row = settled(tmp_path, by=officer, reproduced=20)
    entry = row.figure.report.entry

    assert (row.state, row.difference, row.method) == ("differs", "0.25", "paired")
    assert open_reproductions(entry.phase) == [row.figure.code]
    assert Letter.objects.filter(kind="reproduction_differs").count() == 1
    with pytest.raises(MeasurementError):
        reproducing.conclude_reproduction(row, event="uphold", reason="?", by=decider)
    reproducing.explain_difference(row, text="다른 프롬프트를 썼다.", by=member_of(entry))
    with pytest.raises(TransitionError):
        reproducing.explain_difference(row, text="한 번 더", by=member_of(entry))
    with pytest.raises(PermissionDenied):
        reproducing.conclude_reproduction(row, event="accept", reason="?", by=officer)
    reproducing.conclude_reproduction(row, event="accept", reason="공지된 프롬프트가 둘이었다.", by=decider)

    assert [found["value"] for found in reported_measurements(entry.phase)] == ["75"]


def test_an_upheld_difference_replaces_the_figure_where_the_rule_says_so(tmp_path, officer, decider):
    row = settled(tmp_path, by=officer, reproduced=20)
    Reproduction.objects.filter(pk=row.pk).update(explain_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(MeasurementError):
        reproducing.explain_difference(row, text="늦었다", by=member_of(row.figure.report.entry))
    reproducing.conclude_reproduction(row, event="uphold", reason="설명이 없다.", by=decider)

    (found,) = reported_measurements(row.draw.phase)
    assert (found["value"], found["stderr"]) == ("62.5", None)  # the mean of 0.75 and the 0.5 that was found
    assert found["source"]["replaced"] == row.figure.code


def test_under_the_other_rule_the_reported_figure_stays(tmp_path, officer, decider):
    row = settled(tmp_path, by=officer, reproduced=20, effect="keep")
    reproducing.explain_difference(row, text="다른 프롬프트", by=member_of(row.figure.report.entry))
    reproducing.conclude_reproduction(row, event="uphold", reason="근거가 없다.", by=decider)

    assert [found["value"] for found in reported_measurements(row.draw.phase)] == ["75"]


def test_a_failed_run_says_why_and_may_be_asked_for_again(tmp_path, officer):
    row = asked(reported_and_drawn(tmp_path, officer=officer), by=officer)
    end(row.run.job, "failed", error="config.json: unknown architecture", cause="input")

    reproducing.settle_reproductions()
    row.refresh_from_db()
    assert (row.state, "unknown architecture" in row.cause) == ("failed", True)
    again = asked(row, by=officer)
    assert again.run_id != row.run_id
    end(again.run.job, "cancelled")
    reproducing.settle_reproductions()
    row.refresh_from_db()
    gone = reproducing.give_up_reproduction(row, reason="모델을 올릴 수 없다.", by=officer)
    assert (gone.state, open_reproductions(row.draw.phase)) == ("impossible", [])


def test_a_task_that_no_suite_has_cannot_be_asked_for(tmp_path, officer):
    row = reported_and_drawn(tmp_path, officer=officer)

    with pytest.raises(MeasurementError):
        reproducing.ask_reproduction(row, choice="1/ko_spelling", by=officer)


def test_samples_that_do_not_belong_to_the_figure_leave_the_two_errors(tmp_path, officer):
    row = settled(tmp_path, by=officer, reproduced=28, right=12)

    assert (row.method, row.difference, row.state) == ("two_errors", "0.05", "reproduced")
    assert len(log_files(right=1)) == 3


def test_a_server_that_nobody_started_is_not_started_by_a_reproduction(tmp_path, officer, monkeypatch):
    row = reported_and_drawn(tmp_path, officer=officer)
    monkeypatch.setattr(reproducing, "has_server", lambda submission: True)

    with pytest.raises(MeasurementError):
        asked(row, by=officer)


def test_a_reproduction_that_cannot_be_settled_keeps_no_other_waiting(tmp_path, officer, monkeypatch):
    rows = [asked(reported_and_drawn(tmp_path / str(n), officer=officer), by=officer) for n in range(2)]
    for row in rows:
        end(row.run.job, "failed", error="config.json: unknown architecture", cause="input")
    first, result_of = rows[0].pk, reproducing.result_of

    def broken(row):
        if row.pk == first:
            raise ValueError("no such log")
        return result_of(row)

    monkeypatch.setattr(reproducing, "result_of", broken)
    with pytest.raises(ValueError, match="no such log"):
        reproducing.settle_reproductions()

    states = [Reproduction.objects.get(pk=row.pk).state for row in rows]
    assert states == ["running", "failed"]


def test_samples_whose_bytes_are_gone_leave_the_two_errors(tmp_path, officer, monkeypatch):
    def gone(*arguments, **options):
        raise ArtifactError("destroyed", "gone")

    monkeypatch.setattr(selectors, "open_blob", gone)

    assert settled(tmp_path, by=officer, reproduced=30).method == "two_errors"


def test_a_figure_after_a_filter_is_run_again_where_the_suite_names_the_filter(tmp_path, officer):
    """Tasks that write are told by the filter their answer was taken by; without them the lot would miss most of these."""
    row = reported_and_drawn(tmp_path, officer=officer)
    figure = row.figure
    figure.filter = "strict-match"
    task = suite_document(figure.task)["tasks"][0]
    for number, metrics in enumerate((["acc,strict-match", "acc,flexible-extract"], ["acc,flexible-extract"])):
        document = {"tasks": [task | {"metrics": metrics}]}
        Suite.objects.create(name=f"filtered-{number}", version=1, document=document, digest=str(number))

    assert [choice.suite.name for choice in selectors.choices_for(figure)] == ["filtered-0"]


def test_items_are_those_of_the_filter_that_the_figure_names(tmp_path, officer):
    row = asked(reported_and_drawn(tmp_path, officer=officer), by=officer)
    lines = [
        {"task": row.task, "doc_hash": "a", "filter": kept, "acc": value}
        for kept, value in (("strict-match", 1.0), ("flexible-extract", 0.0))
    ]
    path = tmp_path / "answers.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(line) + chr(10) for line in lines).encode()))
    row.run.samples = store_file(path, owner="evaluation")

    found = [selectors._made_items(row.run, task=row.task, metric=f"acc,{kept}") for kept in ("strict-match", "other")]

    assert found == [{"a": 1.0}, {}]
