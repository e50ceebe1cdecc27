"""Declared and found on one page: weights beside code, for the team, the staff and whoever the panel's rule opens it to."""

import pytest
from django.urls import reverse

from originality.models import CodeRun
from originality.registry import register_opening
from portal.submissions.models import SubmissionRun
from portal.submissions.selectors.declared import declared_and_found
from tests.factories.accounts import make_user
from tests.factories.code_runs import make_code_run
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.findings import report_on
from tests.factories.programmes import make_phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return make_entry(make_phase("closed"), consortium=make_consortium(manager=make_user("team")))


def page(row: SubmissionRun) -> str:
    return reverse("submissions:declared", args=[row.submission_id])


def test_what_nothing_names_is_counted_over_weights_and_code(client, entry):
    row = report_on(entry, levels=(2, 0))
    run = make_code_run(entry)
    client.force_login(entry.consortium.memberships.get().user)

    found = declared_and_found(row.submission)
    shown = client.get(page(row)).content.decode()

    unnamed = {project["source"] for project in run.report["summary"]["projects"] if project["unsaid"]}
    assert len(found.beside.undeclared) == 1
    assert {project.name for project in found.projects} == unnamed != set()
    assert found.undeclared == 1 + len(found.projects)
    assert found.beside.undeclared[0].reference.name in shown
    assert all(name in shown for name in unnamed)
    assert CodeRun.objects.get().pk == found.code[0].pk


def test_a_comparison_that_is_not_done_says_so(client, entry):
    row = report_on(entry, done=False)
    client.force_login(entry.consortium.memberships.get().user)

    assert declared_and_found(row.submission).beside is None
    assert client.get(page(row)).status_code == 200


def test_the_panels_rule_opens_it(client, entry, monkeypatch):
    row = report_on(entry)
    reviewer = make_user("reviewer")
    client.force_login(reviewer)
    assert client.get(page(row)).status_code == 404

    monkeypatch.setattr("originality.registry._openings", [])
    register_opening(lambda viewer, run: viewer.user_id == reviewer.pk)

    shown = client.get(page(row))
    assert shown.status_code == 200
    assert reverse("submissions:evidence", args=[row.submission_id]) not in shown.content.decode()
