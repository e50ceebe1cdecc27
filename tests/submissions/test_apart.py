"""One team's row that raises keeps no other team waiting, and is tried again."""

import json

import pytest

from evaluation.actions import load_shipped_suites
from portal.jobs.actions import reconcile
from portal.jobs.steps import each_apart
from portal.programmes.models import Phase
from portal.submissions.actions.declaring import DECLARATIONS, Kind
from portal.submissions.enums import Role
from portal.submissions.models import SubmissionRun
from portal.submissions.selectors import evidence
from portal.submissions.tasks import request_due_runs, settle_outstanding
from tests.factories.accounts import make_user
from tests.factories.submissions import DECLARATION, handed_in, receiving_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache():
    evidence._read_declaration.cache_clear()
    yield
    evidence._read_declaration.cache_clear()


def test_a_declaration_that_breaks_stops_no_other_teams_runs(tmp_path, monkeypatch, caplog):
    load_shipped_suites()
    hostile = json.loads(json.dumps(DECLARATION["components"]))
    hostile[0]["name"] = "x\ud800"
    first, second = receiving_entry(), receiving_entry()
    with monkeypatch.context() as before:  # as a declaration that was taken before such names were refused
        before.setitem(DECLARATION, "components", hostile)
        before.setitem(DECLARATIONS, Role.COMPONENT_DECLARATION, Kind(1 << 20, lambda content: ()))
        broken = handed_in(first, tmp_path / "a").submission
    whole = handed_in(second, tmp_path / "b").submission
    Phase.objects.update(state="closed")

    report = reconcile()

    assert set(SubmissionRun.objects.values_list("submission", flat=True)) == {whole.pk}
    assert not broken.runs.exists()
    assert f"request_runs failed on {broken!r}" in caplog.text
    assert [step.rpartition(".")[2] for step in report.broken_steps] == ["request_due_runs"], "and somebody is told"


def test_nothing_due_is_nothing_done():
    assert (settle_outstanding(), request_due_runs()) == (0, 0)


def test_what_a_row_wrote_before_it_raised_is_taken_back():
    people = [make_user("team"), make_user("team")]

    def rename(person):
        person.name = "새 이름"
        person.save(update_fields=["name"])
        if person == people[0]:
            raise ValueError("no")
        return True

    with pytest.raises(ValueError, match="no"):
        each_apart(people, rename)
    for person in people:
        person.refresh_from_db()
    assert [person.name == "새 이름" for person in people] == [False, True]
