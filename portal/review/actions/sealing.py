"""The seal, figures of outside bodies, and the tally."""

import json
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.formats.canonical import canonical_json, digest_of
from portal.common.viewer import viewer_of_user
from portal.consortia.models import Entry
from portal.consortia.selectors.proposals import frozen_targets
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
from portal.review.models import OutsideResult, ScoreSheet, Tally
from portal.review.numbers import decimal_text
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


OPTIONAL = ("target", "stderr")


@dataclass(frozen=True)
class OutsideFigure:
    """A figure as the document of another body gives it; numbers are decimal text."""

    part: str
    item: str
    value: str
    body: str
    document_digest: str
    target: str = ""
    stderr: str = ""


@transaction.atomic
def enter_outside_result(entry: Entry, *, figure: OutsideFigure, entered_by: User, reason: str = "") -> OutsideResult:
    """Take down a figure; it counts once a second person has confirmed it against the document.

    With a `reason` it corrects the figure that stands already: that one no longer counts, the new one waits for its
    second person, and a tally that rests on the old one has to be taken again. Tallies keep what they were taken from.
    """
    require_role(entered_by, "officer")
    require_outsider(entered_by, entry.phase)
    if locked(entry).phase.state == "archived":
        raise NotPossible(_("The phase is archived; its figures stand as they are."))
    fields = {
        "body": figure.body,
        "document_digest": figure.document_digest,
        "value": decimal_text(figure.value, name="value"),
        **{name: decimal_text(text, name=name) if (text := getattr(figure, name)) else "" for name in OPTIONAL},
    }
    _must_keep_the_frozen_target(entry, figure, target=fields["target"])
    place = {"entry": entry, "part": figure.part, "item": figure.item}
    standing = OutsideResult.objects.select_for_update().filter(**place).first()
    if standing is None:
        row = OutsideResult.objects.create(phase=entry.phase, **place, **fields, entered_by=entered_by)
    else:
        row = _corrected(standing, fields, entered_by=entered_by, reason=reason)
    leave_trace(
        AuditAction.OUTSIDE_RESULT_ENTERED,
        by=entered_by,
        subject=row,
        before={"document": standing.document_digest} if standing else None,
        after={"document": row.document_digest},
        reason=reason if standing else "",
    )
    return row


def _corrected(standing: OutsideResult, fields: dict[str, str], *, entered_by: User, reason: str) -> OutsideResult:
    require_text(
        reason,
        _("There is already a figure for %(item)s of this entry; say why it is corrected.") % {"item": standing.item},
    )
    row = OutsideResult.objects.get(pk=standing.pk)
    for name, text in fields.items():
        setattr(row, name, text)
    row.entered_by, row.confirmed_by, row.confirmed_at = entered_by, None, None
    row.save()
    return row


def _must_keep_the_frozen_target(entry: Entry, figure: OutsideFigure, *, target: str) -> None:
    """A team's target model was frozen before it was measured; a document brings no other."""
    frozen = frozen_targets(entry.phase).get((entry.code, figure.part, figure.item))
    if frozen and target and Decimal(target) != Decimal(frozen):
        raise NotPossible(
            _("The target of this item was frozen at %(target)s. Leave the field empty, or enter that.")
            % {"target": frozen}
        )


@transaction.atomic
def confirm_outside_result(result: OutsideResult, *, confirmed_by: User) -> OutsideResult:
    require_role(confirmed_by, "officer", "decider")
    row = locked(result)
    require_outsider(confirmed_by, row.phase)
    if row.entered_by_id == confirmed_by.pk:
        raise NotPossible(_("A second person confirms the figure, not the one who entered it."))
    if row.confirmed_by_id is not None:
        raise NotPossible(_("This figure is already confirmed."))
    row.confirmed_by, row.confirmed_at = confirmed_by, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    leave_trace(AuditAction.OUTSIDE_RESULT_CONFIRMED, by=confirmed_by, subject=row)
    return row


@transaction.atomic
def take_tally(phase: Phase, *, taken_by: User, reason: str = "") -> Tally:
    """Compute the next version from signed sheets, measurements and gate rulings. A renewal needs changed input and a reason."""
    require_role(taken_by, "officer")
    require_outsider(taken_by, phase)
    row = locked(phase)
    require_stage(row, *TALLY_STAGES, doing=_("Taking a tally"))
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
