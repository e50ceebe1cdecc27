"""What a report finds is put to the team before anything is ruled; nothing rules or accuses by itself."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from portal.audit.models import Event
from portal.common.viewer import viewer_of_user
from portal.jobs.actions import reconcile
from portal.jobs.models import Job
from portal.programmes.models import Phase
from portal.review import actions
from portal.review.actions import findings
from portal.review.enums import MissingReport
from portal.review.errors import NotPossible
from portal.review.labels import label_of
from portal.review.models import Disqualification, Notice
from portal.review.policies import Subject, view
from portal.review.selectors.findings import procedure_on
from portal.review.selectors.operations import gate_table
from portal.review.tasks import open_due_replies
from tests.factories.accounts import make_user
from tests.factories.findings import counted_submission, finish, report_on
from tests.factories.review import Scene, make_member
from tests.factories.submission_runs import report_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def entry(scene):
    return scene.entries[1]


def pass_gate(scene, entry, reason="흔적 없음", **said):
    return actions.pass_gate(entry, gate="originality", reason=reason, ruled_by=scene.decider, **said)


def test_a_finding_opens_the_procedure_with_its_evidence_and_tells_nobody(scene, entry):
    run = report_on(entry, levels=(0, 2))

    assert open_due_replies() == 1

    case = Disqualification.objects.get()
    assert (case.entry, case.gate, case.state, case.raised_by) == (entry, "originality", "raised", None)
    assert (case.finding, procedure_on(run)) == (run, case)
    [evidence] = case.evidence
    found = run.originality.comparisons.get(level=2)
    assert evidence["reference"] == f"originality:{run.originality_id}"
    assert evidence["digest"] == found.document.sha256
    assert "z 31.0" in evidence["note"]
    assert "0 ± 1" in evidence["note"]
    assert found.reference.name in case.grounds
    assert not Notice.objects.exists()
    event = Event.objects.get(action="disqualification.raised")
    assert event.actor == "system"


def test_it_is_opened_once_whoever_looks(scene, entry):
    report_on(entry, levels=(3,))

    assert [open_due_replies(), open_due_replies()] == [1, 0]
    assert Disqualification.objects.count() == 1


@pytest.mark.parametrize("levels", [(0,), (1,), (0, 1)])
def test_an_anomaly_opens_nothing(scene, entry, levels):
    report_on(entry, levels=levels)

    assert open_due_replies() == 0
    assert pass_gate(scene, entry).verdict == "pass"


def test_an_own_earlier_model_opens_nothing(scene, entry):
    report_on(entry, levels=(2,), outcome="own lineage", declared="own lineage")

    assert open_due_replies() == 0


def test_a_declared_component_is_put_to_the_team_as_declared(scene, entry):
    report_on(entry, levels=(2,), declared="component")

    open_due_replies()

    with translation.override("ko"):
        said = gettext("declared by the team")
    assert Disqualification.objects.get().evidence[0]["note"].endswith(said)


def test_the_gate_is_not_passed_before_the_report_is_done_nor_before_the_team_was_heard(scene, entry):
    run = report_on(entry, levels=(2,), done=False)
    with pytest.raises(NotPossible):
        pass_gate(scene, entry)

    finish(run.originality)
    with pytest.raises(NotPossible):
        pass_gate(scene, entry)

    open_due_replies()
    with pytest.raises(NotPossible):
        pass_gate(scene, entry)


def ended(run, state):
    Job.objects.filter(pk=run.originality.job_id).update(
        state=state, finished=timezone.now(), cause="input" if state == "failed" else ""
    )


@pytest.mark.parametrize("why", ["failed", "cancelled", "not_requested"])
def test_without_a_report_the_gate_is_passed_only_by_saying_so(scene, entry, why):
    if why == "not_requested":
        counted_submission(entry)
    else:
        ended(report_on(entry, levels=(), done=False), why)

    with pytest.raises(NotPossible, match=str(label_of(MissingReport(why)))):
        pass_gate(scene, entry)
    with pytest.raises(NotPossible):
        pass_gate(scene, entry, without_report=True, reason=" ")

    ruling = pass_gate(scene, entry, without_report=True, reason="사람이 로그를 검토함")
    assert (ruling.verdict, ruling.reason) == ("pass", "사람이 로그를 검토함")
    assert Event.objects.get(action="gate.ruled").after["without_report"] == why


def test_a_report_that_is_being_made_or_found_reuse_is_never_ruled_without(scene, entry):
    run = report_on(entry, levels=(2,), done=False)
    with pytest.raises(NotPossible):
        pass_gate(scene, entry, without_report=True)

    finish(run.originality)
    with pytest.raises(NotPossible):
        pass_gate(scene, entry, without_report=True)


def test_staff_are_offered_it_only_where_there_is_no_report(scene, entry):
    ended(report_on(entry, levels=(), done=False), "failed")
    report_on(scene.entries[0])

    cells = {line["entry"].pk: line["gates"][0].missing_report for line in gate_table(scene.phase)}

    assert [row for row in cells.items() if row[1]] == [(entry.pk, str(label_of(MissingReport.FAILED)))]


def test_it_ends_like_any_other_by_the_panel_after_the_reply(scene, entry):
    report_on(entry, levels=(2,))
    open_due_replies()
    case = Disqualification.objects.get()
    minutes = scene.meeting()
    with pytest.raises(NotPossible):
        actions.rule_on_disqualification(case, uphold=True, minutes=minutes, reason="증거", ruled_by=scene.decider)

    due = timezone.now() + timedelta(days=3)
    actions.notify_disqualification(case, reply_due=due, notified_by=scene.officer)
    assert Notice.objects.get().content["evidence"] == case.evidence
    actions.reply_to_disqualification(case, text="자체 모델입니다.", replied_by=make_member(entry))
    ruling = actions.rule_on_disqualification(
        case, uphold=False, minutes=minutes, reason="소명 인정", ruled_by=scene.decider
    )

    assert ruling.verdict == "pass"
    assert open_due_replies() == 0, "what was heard and dropped is not raised again"


def test_a_procedure_of_an_officer_that_is_not_notified_yet_takes_the_finding_in(scene, entry):
    case = actions.raise_disqualification(
        entry,
        gate="originality",
        grounds="의심",
        evidence=[{"reference": "log", "note": "끊김"}],
        raised_by=scene.officer,
    )
    run = report_on(entry, levels=(2,))

    assert open_due_replies() == 1

    case.refresh_from_db()
    assert (case.finding, case.raised_by, len(case.evidence)) == (run, scene.officer, 2)


def test_one_that_the_team_was_told_without_it_is_ended_first(scene, entry):
    case = actions.raise_disqualification(
        entry, gate="originality", grounds="의심", evidence=[], raised_by=scene.officer
    )
    actions.notify_disqualification(case, reply_due=timezone.now() + timedelta(days=3), notified_by=scene.officer)
    report_on(entry, levels=(2,))
    assert open_due_replies() == 0

    actions.reply_to_disqualification(case, text="해명", replied_by=make_member(entry))
    actions.rule_on_disqualification(
        case, uphold=False, minutes=scene.meeting(), reason="소명 인정", ruled_by=scene.decider
    )
    with pytest.raises(NotPossible):
        pass_gate(scene, entry)

    assert open_due_replies() == 1


def test_a_version_that_was_replaced_opens_nothing(scene, entry):
    run = report_on(entry, levels=(2,))
    type(run.submission).objects.filter(pk=run.submission_id).update(state="replaced")
    report_run(counted_submission(entry, version=2))

    assert open_due_replies() == 0


def test_once_decided_nothing_opens(scene, entry):
    report_on(entry, levels=(2,))
    Phase.objects.filter(pk=entry.phase_id).update(state="decided")

    assert open_due_replies() == 0


def test_the_reconciler_opens_it(scene, entry):
    report_on(entry, levels=(2,))

    reconcile()

    assert Disqualification.objects.get().finding is not None


def test_the_team_learns_of_it_when_an_officer_notifies(scene, entry):
    report_on(entry, levels=(2,))
    open_due_replies()
    case = Disqualification.objects.get()
    member = viewer_of_user(make_member(entry))
    rival = viewer_of_user(make_member(scene.entries[0]))
    assert not view(member, Subject.DISQUALIFICATION, case).allowed

    due = timezone.now() + timedelta(days=3)
    case = actions.notify_disqualification(case, reply_due=due, notified_by=scene.officer)

    assert view(member, Subject.DISQUALIFICATION, case).allowed
    assert not view(rival, Subject.DISQUALIFICATION, case).allowed
    assert not view(viewer_of_user(make_user("team")), Subject.DISQUALIFICATION, case).allowed


def test_a_procedure_has_a_person_or_a_finding_behind_it(scene, entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        Disqualification.objects.create(entry=entry, gate="originality", grounds="?", raised_at=timezone.now())


def test_a_finding_that_cannot_be_opened_keeps_no_other_waiting(scene, entry, monkeypatch, caplog):
    report_on(scene.entries[0], levels=(2,))
    whole = report_on(entry, levels=(2,))
    real = findings.evidence_of
    monkeypatch.setattr(findings, "evidence_of", lambda run: real(run) if run == whole else {}["lost"])

    with pytest.raises(KeyError):
        open_due_replies()

    assert Disqualification.objects.get().finding == whole
    assert "open_reply failed" in caplog.text
