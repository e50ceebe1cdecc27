"""Entries compared item by item: once at the seal, by a job, and open where side by side is."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from portal.common.viewer import viewer_of_user
from portal.jobs.enums import JobState
from portal.jobs.errors import InputError
from portal.measurements.actions.comparing_entries import compare_again, compare_sealed
from portal.measurements.errors import MeasurementError
from portal.measurements.models import PairedComparison
from portal.measurements.paired_jobs import prepare
from portal.measurements.selectors.paired import comparisons_document
from portal.programmes.models import Phase
from portal.submissions.actions import rerun
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_entry
from tests.factories.dossiers import Verified
from tests.factories.jobs import run_now
from tests.factories.measured import answers_for, asked, failed, finish, make_measured_suite, measured
from tests.factories.submissions import handed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(settings, tmp_path):
    settings.CELERY_BROKER_URL = ""
    settings.WORK_DIR = tmp_path / "work"


class Contest:
    """Two entries with whole runs and one whose run failed; the phase is being scored."""

    def __init__(self, folder):
        self.scene = Verified(folder=folder / "first")
        self.phase, self.suite = self.scene.phase, make_measured_suite()
        self.at("receiving")
        self.other, self.broken = (make_entry(self.phase) for _ in range(2))
        handed_in(self.other, folder / "second", seed=2)
        third = handed_in(self.broken, folder / "third", seed=3).submission
        self.rows = [
            measured(self.scene.entry, self.suite, seed=1, skill=0.9),
            measured(self.other, self.suite, seed=2, skill=0.2),
        ]
        self.lost = asked(third, self.suite)
        failed(self.lost.run)
        self.at("scoring")

    def at(self, state):
        Phase.objects.filter(pk=self.phase.pk).update(state=state)
        self.phase.refresh_from_db()


def test_the_seal_compares_the_runs_that_count_once(tmp_path):
    contest = Contest(tmp_path)

    assert compare_sealed() == 0
    with pytest.raises(MeasurementError):
        compare_again(contest.phase, by=contest.scene.office)
    contest.at("sealed")
    with pytest.raises(PermissionDenied):
        compare_again(contest.phase, by=viewer_of_user(make_user("auditor")))
    assert [compare_sealed(), compare_sealed()] == [1, 0]

    row = PairedComparison.objects.get()
    assert sorted(row.inputs["runs"]) == sorted([contest.scene.entry.code, contest.other.code])
    with pytest.raises(MeasurementError):
        compare_again(contest.phase, by=contest.scene.office)
    row.inputs["runs"][contest.other.code]["answers"] = "0" * 64
    row.save()
    with pytest.raises(InputError):  # answers that are not the frozen ones
        prepare(row.job, tmp_path)


def test_a_suite_whose_run_is_on_its_way_waits(tmp_path):
    contest = Contest(tmp_path)
    again = rerun(contest.lost, reason="노드 고장", by=contest.scene.office)
    contest.at("sealed")

    assert compare_sealed() == 0
    finish(again.run, answers_for(contest.suite, seed=3))
    assert compare_sealed() == 1
    assert len(PairedComparison.objects.get().inputs["runs"]) == 3


def test_a_job_writes_the_document_and_the_page_shows_it(tmp_path):
    contest = Contest(tmp_path)
    contest.at("sealed")
    compare_sealed()
    row = PairedComparison.objects.get()

    run_now(row.job)

    row.refresh_from_db()
    assert row.job.state == JobState.SUCCEEDED, row.job.error
    spelling = next(family for family in row.document["tasks"] if family["metric"] == "acc")
    (pair,) = spelling["pairs"]
    assert (pair["n"], pair["left_out"], pair["test"]) == (12, 0, "exact")
    figures = dict(zip(sorted(row.inputs["runs"]), (pair["first_value"], pair["second_value"]), strict=True))
    for entry, run in ((contest.scene.entry, contest.rows[0].run), (contest.other, contest.rows[1].run)):
        assert float(figures[entry.code]) == pytest.approx(float(run.results.get(metric="acc").value), abs=1e-6)
    client = Client()
    sign_in(client, contest.scene.seat.user)
    page = client.get(reverse("measurements:comparison", args=[contest.phase.pk])).content.decode()
    assert f'<data value="{pair["difference"]}">' in page
    found = json.loads(client.get(reverse("measurements:comparison_document", args=[contest.phase.pk])).content)
    assert found == comparisons_document(contest.phase)
    assert found["comparisons"][0]["digest"] == row.digest


STAGES = {
    #           public team chair officer decider auditor other reviewer
    "scoring": (404, 404, 403, 403, 403, 403, 404),
    "sealed": (404, 404, 200, 200, 200, 200, 404),
    "notified": (404, 404, 200, 200, 200, 200, 404),
}


def test_side_by_side_opens_to_panel_and_staff_from_the_seal(tmp_path):
    contest = Contest(tmp_path)
    people = [None, contest.scene.manager, contest.scene.seat.user, contest.scene.officer]
    people += [make_user(role) for role in ("decider", "auditor", "reviewer")]

    for stage, expected in STAGES.items():
        contest.at(stage)
        for name in ("comparison", "comparison_document"):
            assert (stage, name, tuple(_status(who, name, contest.phase) for who in people)) == (stage, name, expected)


def _status(who, name, phase):
    client = Client()
    if who is not None:
        sign_in(client, who)
    return client.get(reverse(f"measurements:{name}", args=[phase.pk])).status_code
