"""The agenda: points in their order, and the parts of the dossier that are shown under each."""

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from portal.common.formats.canonical import digest_of
from portal.common.viewer import Viewer
from portal.dossiers.actions.base import leave_trace, officers_row, require_text
from portal.dossiers.enums import AuditAction, Part
from portal.dossiers.errors import DossierError
from portal.dossiers.models import AgendaItem, Exhibit, VerificationSession
from portal.dossiers.selectors.parts import counted, part_document
from portal.dossiers.selectors.sessions import agenda_document

MOST_ITEMS, MOST_EXHIBITS = 30, 30


@transaction.atomic
def add_item(session: VerificationSession, *, title: str, minutes: int | None = None, by: Viewer) -> AgendaItem:
    row = officers_row(session, by, "planned")
    if row.agenda.count() >= MOST_ITEMS:
        raise DossierError(_("An agenda takes at most %(most)s points.") % {"most": MOST_ITEMS})
    last = row.agenda.aggregate(last=Max("number"))["last"] or 0
    item = AgendaItem.objects.create(
        session=row, number=last + 1, title=require_text(title, field="title"), minutes=minutes
    )
    _trace(row, by)
    return item


@transaction.atomic
def remove_item(item: AgendaItem, *, by: Viewer) -> None:
    """Take a point off the agenda with what was to be shown under it; those after it move up."""
    row = officers_row(item.session, by, "planned")
    found = row.agenda.filter(pk=item.pk).first()
    if found is None:  # a second click
        return
    AgendaItem.objects.filter(pk=found.pk).delete()
    for later in row.agenda.filter(number__gt=found.number).order_by("number"):
        AgendaItem.objects.filter(pk=later.pk).update(number=F("number") - 1)
    _trace(row, by)


@transaction.atomic
def move_item_up(item: AgendaItem, *, by: Viewer) -> None:
    """Exchange a point with the one before it; the first stays."""
    row = officers_row(item.session, by, "planned")
    found = row.agenda.filter(pk=item.pk).first()  # as it is now: somebody may have moved it or taken it off
    before = row.agenda.filter(number=found.number - 1).first() if found else None
    if found is None or before is None:
        return
    AgendaItem.objects.filter(pk=before.pk).update(number=0)  # the number is unique: one has to step aside
    AgendaItem.objects.filter(pk=found.pk).update(number=before.number)
    AgendaItem.objects.filter(pk=before.pk).update(number=found.number)
    _trace(row, by)


@transaction.atomic
def show_part(item: AgendaItem, *, part: Part, by: Viewer) -> Exhibit:
    """Put a part of the dossier on the agenda, frozen as it stands now: the team says yes or no to these very figures."""
    row = officers_row(item.session, by, "planned")
    submission = counted(row.entry)
    if submission is None:
        raise DossierError(_("No hand-in counts for this entry any more; there is nothing to show."))
    if row.exhibits.count() >= MOST_EXHIBITS:
        raise DossierError(_("A session takes at most %(most)s pieces of evidence.") % {"most": MOST_EXHIBITS})
    if row.exhibits.filter(part=part).exists():
        raise DossierError(_("This part is on the agenda already; take it off there first."), field="part")
    document = part_document(part, submission)
    last = row.exhibits.aggregate(last=Max("number"))["last"] or 0
    exhibit = Exhibit.objects.create(
        session=row, item=item, number=last + 1, part=part, document=document, digest=digest_of(document)
    )
    _trace(row, by)
    return exhibit


@transaction.atomic
def withdraw_exhibit(exhibit: Exhibit, *, by: Viewer) -> None:
    row = officers_row(exhibit.session, by, "planned")
    Exhibit.objects.filter(pk=exhibit.pk).delete()
    _trace(row, by)


def _trace(row: VerificationSession, by: Viewer) -> None:
    leave_trace(AuditAction.AGENDA_CHANGED, by=by, subject=row, after={"agenda": digest_of(agenda_document(row))})
