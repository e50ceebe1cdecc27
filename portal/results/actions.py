"""The life of a release: prepared, approved by two people, digest public, published, confirmed, corrected."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import record, sign_current_checkpoint
from portal.common.time import kst
from portal.common.transitions import Transition, TransitionError, find
from portal.consortia.models import Membership
from portal.programmes.models import Phase
from portal.programmes.ruleset.vocabulary import STAGES
from portal.results.bundle import build_auditor, build_public, seal
from portal.results.enums import AuditAction, Scope, State
from portal.results.errors import ReleaseRefused
from portal.results.models import Approval, Release, ReleaseContent
from portal.results.selectors.sources import sources_of
from portal.results.transitions import OFFICER, RELEASE
from portal.review.models import Tally
from portal.review.selectors.tallies import latest_tally

FIRST_STAGE = "decided"
NOTICE_STAGE = "notified"
STAFF = OFFICER | {"decider"}
APPROVERS_NEEDED = 2


@transaction.atomic
def prepare_release(
    phase: Phase,
    *,
    scope: Scope,
    by: User,
    embargo_until: datetime | None = None,
    corrects: Release | None = None,
    reason: str = "",
) -> Release:
    """Freeze what is known of the phase into the two bundles. Nothing of it changes afterwards."""
    phase = Phase.objects.select_for_update(of=("self",)).select_related("programme", "ruleset").get(pk=phase.pk)
    _require_staff(by, phase)
    if phase.is_rehearsal:
        raise ReleaseRefused(_("This phase is a rehearsal: nothing of it is ever released."))
    tally = _ready_tally(phase)
    _require_place_in_line(phase, corrects)
    release = Release.objects.create(
        phase=phase,
        tally=tally,
        version=phase.releases.count() + 1,
        scope=scope,
        corrects=corrects,
        reason=reason,
        embargo_until=embargo_until or phase.embargo_until or timezone.now(),
        prepared_by=by.actor,
    )
    content = _write_content(release)
    _trace(release, AuditAction.RELEASE_PREPARED, by=by, after={"root": content.root, "scope": scope}, reason=reason)
    return release


@transaction.atomic
def approve_release(release: Release, *, by: User) -> Approval:
    """One of the two consents; it names the root, so that it cannot be carried over to other content."""
    release = _locked(release)
    _require_staff(by, release.phase)
    if release.state != State.PREPARED:
        raise ReleaseRefused(_("Approvals are given before the digest is public; this release is past that."))
    if release.approvals.filter(approver=by).exists():
        raise ReleaseRefused(_("You have approved this release already; the second approval is another person's."))
    approval = Approval.objects.create(release=release, approver=by, root=release.content.root)
    _trace(release, AuditAction.RELEASE_APPROVED, by=by, after={"root": approval.root})
    return approval


def commit_digest(release: Release, *, by: User) -> Release:
    """Make the root public in the ledger, under a signed checkpoint, before anybody sees the content."""
    release = _commit(release, by=by)
    sign_current_checkpoint()
    return release


@transaction.atomic
def _commit(release: Release, *, by: User) -> Release:
    release = _locked(release)
    _require_staff(by, release.phase)
    step = _step(release, "commit", by=by)
    _require_two_approvals(release)
    return _move(release, step, AuditAction.RELEASE_COMMITTED, by=by, stamp="committed_at")


@transaction.atomic
def mark_published(release: Release, *, by: User, at: datetime) -> Release:
    """The record of a publication; `publish_release` in `publication` calls it when the pages are built and verified."""
    release = _locked(release)
    _require_publishable(release, by=by, at=at)
    step = _step(release, "publish", by=by)
    older = release.corrects
    if older is not None:
        _supersede(older, by=by, reason=release.reason)
    release = _move(release, step, AuditAction.RELEASE_PUBLISHED, by=by, stamp="published_at")
    if older is not None:
        _trace(older, AuditAction.RELEASE_CORRECTED, by=by, after={"by": release.version}, reason=release.reason)
    return release


@transaction.atomic
def mark_confirmed(release: Release, *, by: User) -> Release:
    """From 잠정 to 확정, once the phase is final."""
    release = _locked(release)
    _require_staff(by, release.phase)
    step = _step(release, "confirm", by=by)
    if STAGES.index(release.phase.state) < STAGES.index("final"):
        raise ReleaseRefused(_("A release is confirmed when the phase is final; objections are still possible."))
    return _move(release, step, AuditAction.RELEASE_CONFIRMED, by=by, stamp="confirmed_at")


def correct_release(release: Release, *, by: User, reason: str, embargo_until: datetime | None = None) -> Release:
    """Prepare the version that replaces a public one. The old stays readable and is stamped when the new is published."""
    if not reason.strip():
        raise ReleaseRefused(_("A correction needs a reason; it is published with the new version."))
    _step(release, "correct", by=by, reason=reason)
    return prepare_release(
        release.phase, scope=Scope(release.scope), by=by, embargo_until=embargo_until, corrects=release, reason=reason
    )


def require_publishable(release: Release, *, by: User, at: datetime) -> None:
    """Raise ReleaseRefused unless this person may publish this release at this moment."""
    _require_publishable(Release.objects.select_related("phase").get(pk=release.pk), by=by, at=at)


def _require_publishable(release: Release, *, by: User, at: datetime) -> None:
    _require_staff(by, release.phase)
    _step(release, "publish", by=by)
    if at < release.embargo_until:
        raise ReleaseRefused(_("Under embargo until %(time)s.") % {"time": kst(release.embargo_until)})
    if STAGES.index(release.phase.state) < STAGES.index(NOTICE_STAGE):
        raise ReleaseRefused(_("The consortia are notified first; then the release can be published."))


def _write_content(release: Release) -> ReleaseContent:
    auditor = build_auditor(sources_of(release.tally, release=_head(release)), secret=secrets.token_hex(32))
    sealed = seal(auditor, build_public(auditor))
    return ReleaseContent.objects.create(release=release, **sealed._asdict())


def _head(release: Release) -> dict[str, object]:
    """`stage`: what the disclosure matrix opens is counted from the notice, before which nothing is published."""
    stage = max(release.phase.state, NOTICE_STAGE, key=STAGES.index)
    return {
        "version": release.version,
        "scope": release.scope,
        "stage": stage,
        "corrects": release.corrects.content.root if release.corrects else None,
        "reason": release.reason,
        "prepared_at": release.prepared_at.isoformat(timespec="seconds"),
    }


def _ready_tally(phase: Phase) -> Tally:
    if STAGES.index(phase.state) < STAGES.index(FIRST_STAGE):
        raise ReleaseRefused(
            _("A release needs the decisions; the phase is in the state “%(state)s”.")
            % {"state": phase.get_state_display()}
        )
    tally = latest_tally(phase)
    if tally is None:
        raise ReleaseRefused(_("A release needs a tally; take one first."))
    return tally


def _require_place_in_line(phase: Phase, corrects: Release | None) -> None:
    """A first version, or a correction of the latest public one."""
    latest = phase.releases.order_by("-version").first()
    if latest != corrects:
        raise ReleaseRefused(_("This phase has a release already; correct that one instead of preparing another."))


def _require_two_approvals(release: Release) -> None:
    given = release.approvals.select_related("approver")
    people = {approval.approver_id: approval.approver for approval in given if approval.root == release.content.root}
    if len(people) < APPROVERS_NEEDED:
        raise ReleaseRefused(_("Two people approve a release; %(n)s has.") % {"n": len(people)})
    if not any("decider" in person.role_names() for person in people.values()):
        raise ReleaseRefused(_("One of the two approvals is a decision maker's."))


def _supersede(older: Release, *, by: User, reason: str) -> None:
    older = _locked(older)
    older.state = _step(older, "correct", by=by, reason=reason).target
    older.save(update_fields=["state"])


def _require_staff(user: User, phase: Phase) -> None:
    """Officers and decision makers, and nobody who belongs to a team of the phase."""
    if user.role_names().isdisjoint(STAFF):
        raise ReleaseRefused(_("Releases are the business of officers and decision makers."))
    if Membership.objects.filter(user=user, consortium__entries__phase=phase).exists():
        raise ReleaseRefused(_("You belong to a team of this phase and cannot act on its release."))


def _locked(release: Release) -> Release:
    return Release.objects.select_for_update(of=("self",)).select_related("phase").get(pk=release.pk)


def _step(release: Release, event: str, *, by: User, reason: str = "") -> Transition:
    try:
        step = find(RELEASE, event, release.state)
    except TransitionError as error:
        raise ReleaseRefused(_("Not possible now, because: %(why)s") % {"why": error}) from error
    if by.role_names().isdisjoint(step.by):
        raise ReleaseRefused(_("Your account does not have the role for this step."))
    if step.needs_reason and not reason.strip():
        raise ReleaseRefused(_("This step is recorded with a reason; give one."))
    return step


def _move(release: Release, step: Transition, action: AuditAction, *, by: User, stamp: str) -> Release:
    release.state = step.target
    setattr(release, stamp, timezone.now())
    release.save(update_fields=["state", stamp])
    _trace(
        release,
        action,
        by=by,
        before={"state": step.source},
        after={"state": step.target, "root": release.content.root},
        reason=release.reason,
    )
    return release


def _trace(
    release: Release,
    action: AuditAction,
    *,
    by: User,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    record(action, actor=by.actor, subject=f"release:{release.pk}", before=before, after=after, reason=reason)
