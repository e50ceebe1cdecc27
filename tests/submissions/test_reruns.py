"""Measuring again: the first whole run counts, and nobody chooses between figures."""

from contextlib import contextmanager

import pytest
from django.core.exceptions import PermissionDenied

from portal.audit.models import Event
from portal.common.viewer import viewer_of_user
from portal.programmes.models import Phase
from portal.submissions.actions import SubmissionRefused, rerun, set_aside
from portal.submissions.enums import Standing
from portal.submissions.selectors import counting_runs, standings_of
from tests.factories.accounts import make_user
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.measured import answers_for, asked, failed, finish, make_measured_suite, measured
from tests.factories.submissions import handed_in, receiving_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(settings):
    settings.CELERY_BROKER_URL = ""


@pytest.fixture
def officer():
    return viewer_of_user(make_user("officer"))


def at_stage(row, state):
    Phase.objects.filter(pk=row.submission.entry.phase_id).update(state=state)


def standings(row):
    (found,) = standings_of(row.submission)
    return [standing for _row, standing in found.rows]


@contextmanager
def refused(code):
    with pytest.raises(SubmissionRefused) as found:
        yield
    assert found.value.code == code


def done(row, suite, seed=2):
    return finish(row.run, answers_for(suite, seed=seed))


def test_a_rerun_is_another_run_and_the_first_one_counts(officer):
    suite = make_measured_suite()
    row = measured(receiving_entry(), suite)
    before = list(row.run.results.values_list("value", flat=True))

    again = rerun(row, reason="결과 재현 확인", by=officer)

    assert standings(row) == [Standing.COUNTS, Standing.OPEN]
    done(again, suite)
    assert standings(row) == [Standing.COUNTS, Standing.CHECK]
    assert counting_runs(row.submission) == [row.run]
    assert list(row.run.results.values_list("value", flat=True)) == before
    event = Event.objects.get(action="submission.run_again")
    assert (event.actor, event.after["reason"]) == (officer.actor, "결과 재현 확인")


def test_after_a_failure_the_rerun_counts(officer, tmp_path):
    suite = make_measured_suite()
    row = asked(handed_in(receiving_entry(), tmp_path).submission, suite)
    failed(row.run)

    again = rerun(row, reason="작업 노드 고장", by=officer)
    done(again, suite)

    assert standings(row) == [Standing.NOT_WHOLE, Standing.COUNTS]


def test_a_faulty_run_is_set_aside_before_the_next_figures_are_known(officer):
    suite = make_measured_suite()
    row = measured(receiving_entry(), suite)
    at_stage(row, "scoring")

    set_aside(row, reason="GPU 메모리 오류가 기록됨", by=officer)
    assert counting_runs(row.submission) == []
    again = rerun(row, reason="다시 측정", by=officer)
    done(again, suite)

    assert standings(row) == [Standing.SET_ASIDE, Standing.COUNTS]


def test_nobody_chooses_between_two_figures(officer):
    suite = make_measured_suite()
    row = measured(receiving_entry(), suite)
    at_stage(row, "scoring")
    done(rerun(row, reason="확인", by=officer), suite)

    with refused("later_run"):
        set_aside(row, reason="두 번째가 낫다", by=officer)
    assert standings(row) == [Standing.COUNTS, Standing.CHECK]


@pytest.mark.parametrize("state", ["sealed", "tallied", "notified", "final"])
def test_after_the_seal_a_run_is_repeated_as_a_check_only(officer, state):
    row = measured(receiving_entry(), make_measured_suite())
    at_stage(row, state)

    with refused("sealed"):
        set_aside(row, reason="늦었다", by=officer)
    assert rerun(row, reason="확인", by=officer).reason == "확인"


def test_one_run_of_a_suite_at_a_time_with_a_reason(officer):
    row = measured(receiving_entry(), make_measured_suite())

    with refused("no_reason"):
        rerun(row, reason="  ", by=officer)
    rerun(row, reason="확인", by=officer)
    with refused("open"):
        rerun(row, reason="확인", by=officer)


@pytest.mark.parametrize("role", ["team", "auditor", "decider", "reviewer"])
def test_only_officers_repeat_runs(role):
    row = measured(receiving_entry(), make_measured_suite())
    by = viewer_of_user(make_user(role))

    for act in (rerun, set_aside):
        with pytest.raises(PermissionDenied):
            act(row, reason="확인", by=by)


def test_an_officer_of_a_team_of_the_programme_repeats_nothing():
    row = measured(receiving_entry(), make_measured_suite())
    member = make_user("officer")
    make_entry(row.submission.entry.phase, consortium=make_consortium(manager=member))

    with pytest.raises(PermissionDenied):
        rerun(row, reason="확인", by=viewer_of_user(member))
