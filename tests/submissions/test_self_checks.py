"""A team's own look at its checkpoint: its own quota, seen by nobody else, and never evidence."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.audit.models import Event
from portal.common.viewer import ANONYMOUS, viewer_of_user
from portal.jobs.actions import cancel
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.submissions import policies
from portal.submissions.actions import SubmissionRefused, cancel_self_check, request_self_check
from portal.submissions.models import SelfCheck, SubmissionRun
from portal.submissions.selectors import checkable_uploads, self_check_quota, self_checks_of
from portal.submissions.self_check_reports import opens
from tests.factories.accounts import make_user
from tests.factories.artifacts import declare
from tests.factories.consortia import join, make_consortium
from tests.factories.self_checks import ACTOR, make_self_check, stored_upload

pytestmark = pytest.mark.django_db


def refusal_of(consortium, upload):
    with pytest.raises(SubmissionRefused) as refused:
        request_self_check(consortium, upload=upload, actor=ACTOR)
    return refused.value.code


def ended(check, state=JobState.SUCCEEDED):
    job = check.run.job
    fields = {"outcome": {}} if state == JobState.SUCCEEDED else {"cause": "exit"}
    Job.objects.filter(pk=job.pk).update(state=state, finished=timezone.now(), **fields)
    return check


def test_a_check_is_a_run_behind_those_of_hand_ins(tmp_path):
    check = make_self_check(make_consortium(), tmp_path / "model", label="step 9000")

    assert str(check) == "step 9000"
    assert check.run.job.priority < 0
    assert not SubmissionRun.objects.exists()
    assert check.run.plan["declared"] == []
    assert Event.objects.filter(action="self_check.requested", subject=f"self_check:{check.pk}").exists()


def test_one_check_at_a_time_and_a_cancelled_one_does_not_count(tmp_path):
    team = make_consortium()
    check = make_self_check(team, tmp_path / "model")
    upload = checkable_uploads(team)[0]
    assert refusal_of(team, upload) == "one_at_a_time"

    cancel_self_check(check, actor=ACTOR)

    assert (self_check_quota(team).used, self_check_quota(team).open) == (0, None)
    assert request_self_check(team, upload=upload, actor=ACTOR) != check
    assert Event.objects.filter(action="originality.report.cancelled").count() == 1


def test_a_finished_check_is_not_cancelled(tmp_path):
    check = ended(make_self_check(make_consortium(), tmp_path / "model"))

    with pytest.raises(SubmissionRefused) as refused:
        cancel_self_check(check, actor=ACTOR)

    assert refused.value.code == "finished"


def test_the_quota_is_of_the_last_days_and_says_when_the_next_one_is_possible(tmp_path, settings):
    settings.ORIGINALITY_SELF_CHECKS = 2
    team = make_consortium()
    upload = stored_upload(team, tmp_path / "model")
    first, second = (ended(request_self_check(team, upload=upload, actor=ACTOR)) for _ in range(2))

    assert refusal_of(team, upload) == "quota"
    assert self_check_quota(team).next_at == first.requested_at + timedelta(days=7)

    SelfCheck.objects.filter(pk=first.pk).update(requested_at=timezone.now() - timedelta(days=8))
    assert self_check_quota(team).left == 1
    ended(second, JobState.FAILED)
    assert self_check_quota(team).left == 2


def test_what_cannot_be_checked_is_refused_with_its_cause(tmp_path, settings):
    settings.UPLOADS = {"min_part_size": 1}
    team, other = make_consortium(), make_consortium()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "train.csv").write_text("step,loss\n0,7.6\n")
    logs = stored_upload(team, tmp_path / "logs")

    assert refusal_of(team, logs) == "no_weights"
    assert refusal_of(team, stored_upload(other, tmp_path / "model")) == "not_found"
    assert refusal_of(team, declare({"model.safetensors": b"not here"}, owner=team.account_key)) == "incomplete_upload"
    assert checkable_uploads(team) == []
    assert not SelfCheck.objects.exists()


def test_only_the_team_sees_it_whatever_the_others_may_do(tmp_path):
    member, rival = make_user("team"), make_user("team")
    team = make_consortium(manager=member)
    make_consortium(manager=rival)
    check = make_self_check(team, tmp_path / "model")
    colleague = make_user("team")
    join(team, user=colleague)
    staff = [make_user(role) for role in ("officer", "decider", "auditor", "reviewer", "operator")]

    for user in (member, colleague):
        assert policies.sees_self_check(viewer_of_user(user), check.pk).allowed
        assert policies.checks_itself(viewer_of_user(user), team.pk).allowed
        assert opens(viewer_of_user(user), check.run)
    for user in (rival, *staff):
        verdict = policies.sees_self_check(viewer_of_user(user), check.pk)
        assert (verdict.allowed, verdict.exists) == (False, False)
        assert not opens(viewer_of_user(user), check.run)
    assert not policies.sees_self_check(ANONYMOUS, check.pk).allowed


def test_the_list_says_how_each_stands(tmp_path):
    team = make_consortium()
    done = ended(make_self_check(team, tmp_path / "model"))
    waiting = request_self_check(team, upload=checkable_uploads(team)[0], actor=ACTOR)
    cancel(waiting.run.job)

    rows = self_checks_of(team)

    assert [(row.check, row.level, row.open) for row in rows] == [(waiting, None, False), (done, None, False)]
