"""The whole way: a bundle, the job's real child, comparisons in the database, the components on a page."""

from datetime import date

import pytest
from django.template import Context, Template
from django.utils import translation

from originality import actions
from originality.enums import Level, RunState
from originality.models import Baseline, Comparison
from originality.selectors import comparisons_of, highest_level, null_for, references, run_state
from portal.artifacts.actions import store_folder
from portal.audit.models import Event
from portal.jobs.enums import JobState
from tests.factories.jobs import run_now
from tests.factories.originality import fine_tuned, llama, write_logs, write_model
from tests.originality.bare_numbers import bare_numbers

pytestmark = pytest.mark.django_db
OWNER = "consortium:1"


@pytest.fixture(autouse=True)
def work_folder(settings, tmp_path):
    settings.WORK_DIR = tmp_path / "work"
    settings.CELERY_BROKER_URL = ""
    settings.JOBS_BACKOFF_SECONDS = 0


def add(folder, *, name, parent=None):
    return actions.add_reference(
        folder,
        name=name,
        source="made for the test",
        revision="1",
        licence="MIT",
        public_since=date(2025, 1, 1),
        actor="system",
        descends_from=parent,
    )


@pytest.fixture
def registry(tmp_path):
    for seed, name in ((1, "one"), (2, "two"), (3, "three")):
        add(write_model(tmp_path / name, llama(seed=seed)), name=name)
    return list(references())


def bundle_of(folder):
    return store_folder(folder, owner=OWNER, actor="user:1")


def finished_report(tmp_path, tensors, **options):
    bundle = bundle_of(write_model(tmp_path / "candidate", tensors))
    run = actions.request_report(bundle, key="submission:1", actor="user:1", **options)
    job = run_now(run.job)
    assert job.state == JobState.SUCCEEDED, job.error
    run.refresh_from_db()
    return run


def test_derived_model_is_found_among_references(tmp_path, registry):
    run = finished_report(tmp_path, fine_tuned(llama(seed=2)))

    levels = {comparison.reference.name: comparison.level for comparison in comparisons_of(run)}
    assert levels == {"one": Level.NO_TRACE, "two": Level.COMMON_ORIGIN, "three": Level.NO_TRACE}
    assert highest_level(run) == Level.COMMON_ORIGIN
    assert run_state(run) == RunState.DONE


def test_report_corrects_for_all_references(tmp_path, registry):
    run = finished_report(tmp_path, llama(seed=9))

    reports = [comparison.report for comparison in comparisons_of(run)]
    assert len({report["tests_tried"] for report in reports}) == 1
    assert {report["reference"]["public_since"] for report in reports} == {"2025-01-01"}


def test_stored_document_is_the_report(tmp_path, registry):
    import json

    from portal.artifacts.actions import open_blob

    comparison = comparisons_of(finished_report(tmp_path, llama(seed=9))).first()

    with open_blob(comparison.document, reader="system", purpose="report") as stream:
        assert json.load(stream) == comparison.report


def test_step_0_binds_the_final_checkpoint(tmp_path, registry):
    step0 = bundle_of(write_model(tmp_path / "step0", llama(seed=9)))

    run = finished_report(tmp_path, fine_tuned(llama(seed=9)), step0=step0)

    assert run.binding["outcome"] == "bound"
    assert highest_level(run) == Level.NO_TRACE


def test_another_step_0_is_not_shown(tmp_path, registry):
    step0 = bundle_of(write_model(tmp_path / "step0", llama(seed=8)))

    run = finished_report(tmp_path, llama(seed=9), step0=step0)

    assert run.binding["outcome"] == "not shown"


def test_the_same_request_is_one_run(tmp_path, registry):
    bundle = bundle_of(write_model(tmp_path / "candidate", llama(seed=9)))

    first = actions.request_report(bundle, key="k", actor="user:1")
    second = actions.request_report(bundle, key="k", actor="user:1")

    assert first == second
    assert Event.objects.filter(action="originality.report.requested").count() == 1


def test_a_later_reference_is_not_in_the_plan(tmp_path, registry):
    bundle = bundle_of(write_model(tmp_path / "candidate", llama(seed=9)))
    run = actions.request_report(bundle, key="k", actor="user:1")
    add(write_model(tmp_path / "late", llama(seed=4)), name="late")

    run_now(run.job)

    assert {comparison.reference.name for comparison in comparisons_of(run)} == {"one", "two", "three"}


def test_a_bundle_without_weights_fails_with_its_cause(tmp_path, registry):
    run = actions.request_report(bundle_of(write_logs(tmp_path / "logs")), key="k", actor="user:1")

    job = run_now(run.job)

    assert job.state == JobState.FAILED
    assert "no *.safetensors file" in job.error
    assert run_state(run) == RunState.FAILED
    assert not Comparison.objects.exists()


def test_adding_a_reference_again_changes_nothing(tmp_path, registry):
    again = add(tmp_path / "one", name="one")

    assert again in registry
    assert Event.objects.filter(action="reference.added").count() == 3


def test_baselines_are_made_once_per_state_of_the_registry(tmp_path, registry):
    add(write_model(tmp_path / "kin", fine_tuned(llama(seed=1))), name="kin", parent=registry[0])

    first, second = actions.make_baselines(), actions.make_baselines()

    assert first == second
    assert Baseline.objects.count() == 1
    null = null_for("norm_pearson")
    assert len(null.values) == 3
    assert null.positive_pair
    assert null.positive > 0.5 > max(null.values)


def test_components_show_no_bare_similarity(tmp_path, registry):
    run = finished_report(tmp_path, fine_tuned(llama(seed=2)))

    with translation.override("en"):
        page = Template("{% include 'originality/components/report.html' %}").render(Context({"run": run}))

    assert "style=" not in page
    assert bare_numbers(f"<main>{page}</main>") == []
    assert page.count("±") >= 3
    for name in ("one", "two", "three"):
        assert name in page
    assert "copied" not in page.lower()
