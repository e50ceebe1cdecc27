"""A team looks at its own checkpoint with the same engine before it hands in. Nobody else sees it, and it is no evidence."""

from django.db import transaction
from django.utils.translation import gettext as _

from originality.actions import cancel_report, request_report
from portal.artifacts.models import Bundle, Upload
from portal.audit.actions import record
from portal.common.time import kst
from portal.consortia.models import Consortium
from portal.submissions.enums import AuditAction
from portal.submissions.errors import SubmissionRefused
from portal.submissions.models import SelfCheck
from portal.submissions.selectors.self_checks import has_weights, self_check_quota

PRIORITY = -10  # runs of what was handed in go first


@transaction.atomic
def request_self_check(consortium: Consortium, *, upload: Upload, actor: str) -> SelfCheck:
    """Compare an upload of the team's own with every reference; within the quota, one at a time."""
    team = Consortium.objects.select_for_update().get(pk=consortium.pk)
    if upload.owner != team.account_key:
        raise SubmissionRefused("not_found", _("There is no such upload."), where="upload")
    bundle = _weights_of(upload)
    _require_quota(team)
    number = team.self_checks.count() + 1
    key = f"self-check:{team.pk}:{number}"
    run = request_report(bundle, key=key, actor=actor, priority=PRIORITY)
    check = SelfCheck.objects.create(consortium=team, run=run, label=upload.label, requested_by=actor)
    record(AuditAction.SELF_CHECK_REQUESTED, actor=actor, subject=f"self_check:{check.pk}", after={"run": str(run.pk)})
    return check


def _weights_of(upload: Upload) -> Bundle:
    if upload.bundle is None:
        raise SubmissionRefused(
            "incomplete_upload",
            _("The bytes of this upload are not all here."),
            where="upload",
            hint=_("Run portal-upload push again; it resumes."),
        )
    if upload.bundle.destroyed_at is not None:
        raise SubmissionRefused("destroyed", _("The bytes of this upload were destroyed."), where="upload")
    if not has_weights(upload):
        raise SubmissionRefused(
            "no_weights",
            _("There is no *.safetensors file in this upload."),
            where="upload",
            hint=_("Choose the upload of a checkpoint."),
        )
    return upload.bundle


def _require_quota(team: Consortium) -> None:
    quota = self_check_quota(team)
    if quota.open is not None:
        raise SubmissionRefused(
            "one_at_a_time",
            _("A self-check of this team is not finished yet."),
            where="self_check",
            hint=_("Wait for it or cancel it."),
        )
    if not quota.left:
        raise SubmissionRefused(
            "quota",
            _("The team has used its %(limit)s self-checks of %(days)s days.")
            % {"limit": quota.limit, "days": quota.days},
            where="self_check",
            hint=_("The next one is possible from %(time)s.") % {"time": kst(quota.next_at)} if quota.next_at else "",
        )


@transaction.atomic
def cancel_self_check(check: SelfCheck, *, actor: str) -> SelfCheck:
    """End a check that is not finished; it does not count against the quota."""
    row = SelfCheck.objects.select_for_update(of=("self",)).select_related("run__job").get(pk=check.pk)
    if row.run.job is None or row.run.job.is_final:
        raise SubmissionRefused("finished", _("This self-check is finished already."), where="self_check")
    cancel_report(row.run, actor=actor)
    return row
