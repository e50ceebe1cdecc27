import pytest

from evaluation.actions import record_results
from evaluation.errors import UnknownSuiteError
from evaluation.selectors import find_suite, is_rankable, result_rows, run_state
from portal.artifacts.actions import store_file
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from tests.factories.evaluation import make_run, make_suite, outcome_of

pytestmark = pytest.mark.django_db


def finish(run, tmp_path, **options):
    (tmp_path / "file").write_text("one", encoding="utf-8")
    blob = store_file(tmp_path / "file", owner="evaluation").pk
    record_results(run.job, outcome_of(run, samples=blob, raw=blob, **options))
    Job.objects.filter(pk=run.job_id).update(state=JobState.SUCCEEDED, outcome={}, finished="2026-01-15T00:00Z")
    run.refresh_from_db()
    return run


def test_a_suite_is_found_by_name_and_version():
    suite = make_suite()
    assert find_suite("tiny-korean/1") == suite


@pytest.mark.parametrize("reference", ["tiny-korean/2", "tiny-korean", "tiny-korean/x", "other/1", ""])
def test_an_unknown_suite_is_told_with_those_that_exist(reference):
    make_suite()
    with pytest.raises(UnknownSuiteError, match="loaded are tiny-korean/1"):
        find_suite(reference)


def test_a_queued_run_says_what_it_waits_for(checkpoint):
    state = run_state(make_run(checkpoint))
    assert state.state == JobState.QUEUED
    assert state.waiting
    assert state.error == ""


def test_a_complete_run_may_be_ranked(checkpoint, tmp_path):
    run = make_run(checkpoint)
    assert not is_rankable(run)
    assert is_rankable(finish(run, tmp_path))


def test_a_limited_run_is_never_ranked(checkpoint, tmp_path):
    assert not is_rankable(finish(make_run(checkpoint, limit=3), tmp_path))


def test_a_run_that_lacks_a_figure_is_not_ranked(checkpoint, tmp_path):
    run = finish(make_run(checkpoint), tmp_path)
    run.results.first().delete()
    assert not is_rankable(run)


def test_rows_carry_titles_errors_and_the_chance_level(checkpoint, tmp_path):
    rows = result_rows(finish(make_run(checkpoint), tmp_path))
    assert [(row.title, row.metric, row.value, row.chance) for row in rows] == [
        ("맞춤법", "acc", "0.5", "0.5000"),
        ("외래어 표기", "acc", "0.5", "0.5000"),
        ("외래어 표기", "acc_norm", "0.5", "0.5000"),
        ("한국어 문장 예측", "bits_per_byte", "0.5", ""),
    ]


def test_rows_of_any_length_take_one_query_beside_the_suite(checkpoint, tmp_path, django_assert_num_queries):
    run = finish(make_run(checkpoint), tmp_path)
    with django_assert_num_queries(2):
        assert len(result_rows(run)) == 4
