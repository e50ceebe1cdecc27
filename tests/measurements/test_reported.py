"""Reporting until the deadline, and the lot over what was reported."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.audit.models import Event
from portal.common.formats.lot import replay
from portal.common.viewer import viewer_of_user
from portal.letters.models import Letter
from portal.measurements.actions import drawing_reports, reporting
from portal.measurements.errors import MeasurementError
from portal.measurements.models import Report, ReportedFigure
from portal.measurements.selectors.reported import reported_measurements
from portal.measurements.selectors.showing import reported_evidence, verdicts_are_public
from portal.programmes.models import Phase
from tests.factories.accounts import make_user
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.reported import (
    close,
    commit,
    log_files,
    member_of,
    reported,
    reported_and_drawn,
    reporting_phase,
    with_logs,
)

pytestmark = pytest.mark.django_db


def test_a_report_is_the_mean_of_its_figures_and_every_version_stays(tmp_path):
    entry = make_entry(reporting_phase())
    log = with_logs(entry, tmp_path)

    first = reported(entry, log)
    second = reported(entry, log, figures=reporting.typed_figures("ko_spelling, acc, 0.8, 0.03, 40"), kind="form")

    assert (first.version, first.value, first.stderr) == (1, "75", "3.5355339059")
    assert (second.version, second.value, second.stderr) == (2, "80", "3")
    assert list(ReportedFigure.objects.values_list("code", flat=True)) == ["A-0001", "A-0002", "A-0003"]
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.update(value="99")


def test_the_ledger_keeps_a_salted_digest_and_no_figure(tmp_path):
    entry = make_entry(reporting_phase())
    report = reported(entry, with_logs(entry, tmp_path))

    event = Event.objects.get(action="measurements.score_reported")
    assert event.after["digest"] == report.digest
    assert "75" not in str({key: value for key, value in event.after.items() if key not in ("digest", "log", "entry")})
    assert len(report.document["salt"]) == 32


@pytest.mark.parametrize(
    "changes",
    [
        {"item": "other"},
        {"factor": 7},
        {"figures": []},
        {"figures": [reporting.typed_figures("a, acc, 1, , 4")[0]] * 2},
    ],
    ids=["no such item", "factor", "nothing", "twice"],
)
def test_a_report_that_says_nothing_sound_is_refused(tmp_path, changes):
    entry = make_entry(reporting_phase())

    with pytest.raises(MeasurementError):
        reported(entry, with_logs(entry, tmp_path), **changes)


def test_a_score_is_reported_with_logs_of_the_own_hand_in_and_by_the_own_team(tmp_path):
    entry = make_entry(reporting_phase())
    rival = make_entry(entry.phase)
    log, others = with_logs(entry, tmp_path / "a"), with_logs(rival, tmp_path / "b")
    figures = reporting.typed_figures("ko_spelling, acc, 0.8, 0.03, 40")
    said = reporting.Reported("benchmark", "index", figures, 100, others)

    with pytest.raises(MeasurementError) as refused:
        reporting.report_score(entry, said, by=member_of(entry))
    assert refused.value.field == "log"
    with pytest.raises(PermissionDenied):
        reporting.report_score(entry, said._replace(log=log), by=member_of(rival))


def test_logs_without_a_results_file_say_so(tmp_path):
    entry = make_entry(reporting_phase())
    log = with_logs(entry, tmp_path, {"notes.txt": b"72.5"})

    with pytest.raises(MeasurementError, match=r"results\*\.json"):
        reporting.read_logs(log)


@pytest.mark.parametrize(
    "line", ["a, acc, many, 0.1, 4", "a, acc, 1, -1, 4", "a, acc, 1, 0.1, 0", "a, acc", "a, acc, 1e999, , 4"]
)
def test_typed_figures_name_the_line_that_is_wrong(line):
    with pytest.raises(MeasurementError, match=r"(Line|줄|행) ?2|2행"):
        reporting.typed_figures(f"ko_spelling, acc, 0.8, 0.03, 40, 0\n{line}")


@pytest.mark.parametrize("metric", ["acc", "acc_norm", "exact_match", "f1", "pass@1"])
def test_a_percentage_typed_for_a_share_is_refused_with_a_hint(metric):
    with pytest.raises(MeasurementError, match=r"0\.62"):
        reporting.typed_figures(f"ko_spelling, {metric}, 62.0, 0.03, 40")
    assert reporting.typed_figures("ko_text, bits_per_byte, 1.7, , 40")[0].value == "1.7"


def test_a_log_whose_accuracy_is_a_percentage_is_refused(tmp_path):
    entry = make_entry(reporting_phase())

    with pytest.raises(MeasurementError, match=r"ko_spelling/acc,none: .*0\.62"):
        reported(entry, with_logs(entry, tmp_path, log_files({"ko_spelling": 62.0})))


def test_the_deadline_freezes_reports(tmp_path):
    entry = make_entry(reporting_phase())
    log = with_logs(entry, tmp_path)
    Phase.objects.filter(pk=entry.phase_id).update(closes_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(MeasurementError):
        reported(entry, log)


def test_a_closed_pool_freezes_reports_even_if_receiving_opens_again(tmp_path, officer):
    entry = make_entry(reporting_phase())
    log = with_logs(entry, tmp_path)
    reported(entry, log)
    draw = commit(entry.phase, by=officer)
    with pytest.raises(MeasurementError):
        drawing_reports.close_reports(draw, by=officer)
    close(entry.phase)
    drawing_reports.close_reports(draw, by=officer)
    close(entry.phase, "receiving")

    with pytest.raises(MeasurementError):
        reported(entry, log)


def test_nobody_reads_a_figure_before_receiving_has_closed(tmp_path):
    entry = make_entry(reporting_phase())
    reported(entry, with_logs(entry, tmp_path))

    assert (reported_measurements(entry.phase), reported_evidence(entry).reports) == ([], [])
    close(entry.phase)
    entry.refresh_from_db()
    assert [row["value"] for row in reported_measurements(entry.phase)] == ["75"]
    assert len(reported_evidence(entry).reports) == 1


def test_anybody_repeats_the_draw_and_its_rule_was_said_before(tmp_path, officer):
    row = reported_and_drawn(tmp_path, officer=officer, source="로또")

    again, differences = replay(row.draw.document)
    assert differences == []
    assert again["outcome"][0]["drawn"] == [row.figure.code]
    committed = Event.objects.get(action="measurements.draw_committed")
    assert committed.after["rule"] == {"level": "0.95", "tolerance": "0.01", "effect": "replace", "days": 7}
    assert "ko_" not in str(row.draw.document)
    assert Letter.objects.filter(kind="reproduction_drawn").count() == 1


def test_a_draw_whose_pool_changed_is_not_made(tmp_path, officer):
    entry, rival = (make_entry(phase) for phase in [reporting_phase()] * 2)
    for each in (entry, rival):
        reported(each, with_logs(each, tmp_path / each.code))
    draw = commit(entry.phase, by=officer)
    close(entry.phase)
    drawing_reports.close_reports(draw, by=officer)
    type(rival).objects.filter(pk=rival.pk).update(state="withdrawn")

    with pytest.raises(MeasurementError):
        drawing_reports.draw_reproductions(draw, figure="", by=officer)


@pytest.mark.parametrize("role", ["auditor", "decider"])
def test_only_an_officer_outside_of_the_teams_draws(role):
    phase = reporting_phase()
    ours = make_user("officer", "team")
    make_entry(phase, consortium=make_consortium(manager=ours))

    for viewer in (viewer_of_user(make_user(role)), viewer_of_user(ours)):
        with pytest.raises(PermissionDenied):
            commit(phase, by=viewer)


def test_verdicts_are_public_when_points_of_parts_are():
    phase = reporting_phase("closed")
    assert not verdicts_are_public(phase)

    phase.ruleset.document["disclosure"]["part_points"] = {"public": "final"}
    phase.state = "notified"
    assert not verdicts_are_public(phase)
    phase.state = "final"
    assert verdicts_are_public(phase)
