"""The seal and the tally."""

import json

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.formats.canonical import canonical_json, digest_of
from portal.common.viewer import viewer_of_user
from portal.measurements.selectors.reported import open_reproductions
from portal.programmes.actions import move_phase
from portal.programmes.models import Phase
from portal.review import scoring
from portal.review.actions.base import (
    locked,
    require_outsider,
    require_role,
    require_stage,
    require_text,
)
from portal.review.actions.numbering import number_sheets
from portal.review.enums import AuditAction, SheetState
from portal.review.errors import Incomplete, NotPossible
from portal.review.models import ScoreSheet, Tally
from portal.review.selectors.completion import holes_before_seal
from portal.review.selectors.tallies import tally_input

# after `tallied` only to renew it, for an entry that is decided later on its own
TALLY_STAGES = ("sealed", "tallied", "decided", "notified", "objection", "final")


@transaction.atomic
def seal_phase(phase: Phase, *, sealed_by: User) -> Phase:
    """Close scoring: every sheet signed or explicitly void, and enough sheets for every entry and part."""
    require_role(sealed_by, "officer")
    require_outsider(sealed_by, phase)
    row = locked(phase)
    require_stage(row, "scoring", doing=_("Sealing"))
    sheets = list(ScoreSheet.objects.select_for_update(of=("self",)).filter(assignment__entry__phase=row))
    holes = holes_before_seal(row)
    if holes:
        raise Incomplete(_("The phase cannot be sealed yet. Open:"), holes=holes)
    sealed = [sheet.pk for sheet in sheets if sheet.state == SheetState.SIGNED]
    ScoreSheet.objects.filter(pk__in=sealed).update(state=SheetState.SEALED)
    number_sheets(sealed, by=sealed_by)
    move_phase(row, "seal", actor=viewer_of_user(sealed_by))
    leave_trace(AuditAction.PHASE_SHEETS_SEALED, by=sealed_by, subject=row, after={"sheets": sealed})
    return row


@transaction.atomic
def take_tally(phase: Phase, *, taken_by: User, reason: str = "") -> Tally:
    """Compute the next version from signed sheets, measurements and gate rulings. A renewal needs changed input and a reason."""
    require_role(taken_by, "officer")
    require_outsider(taken_by, phase)
    row = locked(phase)
    require_stage(row, *TALLY_STAGES, doing=_("Taking a tally"))
    _require_reproductions(row)
    last = Tally.objects.filter(phase=row).order_by("-version").first()
    document = tally_input(row)
    if last is not None:
        _require_renewal(last, document, reason)
    tally = _insert(row, document, version=last.version + 1 if last else 1, taken_by=taken_by)
    move_phase(row, "renew_tally" if last else "record_tally", actor=viewer_of_user(taken_by), reason=reason)
    leave_trace(
        AuditAction.TALLY_TAKEN,
        by=taken_by,
        subject=tally,
        before={"digest": last.digest} if last else None,
        after={"version": tally.version, "input": tally.input_digest, "digest": tally.digest},
        reason=reason,
    )
    return tally


def _require_reproductions(phase: Phase) -> None:
    """A reported figure that the lot drew is run, explained and concluded before anything rests on it."""
    if waiting := open_reproductions(phase):
        raise NotPossible(
            _("Reported figures that were drawn are not concluded yet: %(codes)s.") % {"codes": ", ".join(waiting)}
        )


def _require_renewal(last: Tally, document: dict[str, object], reason: str) -> None:
    if digest_of(document) == last.input_digest:
        raise NotPossible(_("Nothing changed since tally version %(version)s.") % {"version": last.version})
    require_text(reason, _("Say why the tally is taken again."))


def _insert(phase: Phase, document: dict[str, object], *, version: int, taken_by: User) -> Tally:
    try:
        result = scoring.tally(document)
    except scoring.TallyError as error:
        raise NotPossible(_("The tally cannot be taken: %(why)s") % {"why": error}) from error
    return Tally.objects.create(
        phase=phase,
        version=version,
        input=document,
        input_digest=digest_of(document),
        output=json.loads(canonical_json(result.document)),
        digest=result.digest,
        taken_by=taken_by,
        taken_at=timezone.now(),
    )
