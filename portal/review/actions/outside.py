"""Figures of outside bodies: the document is kept, one person takes figures down from it, a second confirms them."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.artifacts.actions import store_file
from portal.audit.actions import leave_trace
from portal.consortia.models import Entry
from portal.consortia.selectors.proposals import frozen_targets
from portal.programmes.models import Phase
from portal.review.actions.base import locked, require_outsider, require_role, require_text
from portal.review.enums import AuditAction
from portal.review.errors import NotPossible
from portal.review.models import OutsideDocument, OutsideResult
from portal.review.numbers import decimal_text
from portal.review.selectors.outside import standing_figures
from portal.review.selectors.rules import rules_of

OWNER = "outside"  # documents of others belong to no team's account
LARGEST = 50 << 20  # bytes of a document
KINDS = frozenset({".pdf", ".odt", ".ods", ".docx", ".xlsx", ".hwp", ".hwpx", ".csv", ".txt", ".json"})
MOST_RAW = 50  # figures beside a value
OPTIONAL = ("target", "stderr")


@dataclass(frozen=True)
class OutsideFigure:
    """A figure as the document of another body gives it; numbers are decimal text, `raw` those beside the value."""

    part: str
    item: str
    value: str
    document: OutsideDocument
    target: str = ""
    stderr: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OutsideLine:
    """One line of an imported list, with the number that its faults are told by."""

    line: int
    entry: str
    figure: OutsideFigure
    reason: str = ""


def keep_outside_document(
    phase: Phase, *, body: str, title: str, name: str, chunks: Iterable[bytes], kept_by: User
) -> OutsideDocument:
    """Keep the file as it came and compute its digest. The same bytes again are the same document."""
    require_role(kept_by, "officer")
    require_outsider(kept_by, phase)
    require_text(body, _("Say which body the document is of."))
    require_text(title, _("Give the document a title."))
    plain = PurePosixPath(name.replace("\\", "/")).name[-200:]
    if PurePosixPath(plain).suffix.lower() not in KINDS:
        raise NotPossible(
            _("“%(name)s” is no document that is kept; known are %(kinds)s.")
            % {"name": plain, "kinds": ", ".join(sorted(KINDS))}
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document"
        _write(path, chunks)
        blob = store_file(path, owner=OWNER)
    with transaction.atomic():
        if locked(phase).state == "archived":
            raise NotPossible(_("The phase is archived; its figures stand as they are."))
        if known := OutsideDocument.objects.filter(phase=phase, sha256=blob.sha256).first():
            return known
        document = OutsideDocument.objects.create(
            phase=phase,
            body=body.strip(),
            title=title.strip(),
            name=plain,
            sha256=blob.sha256,
            size=blob.size,
            blob=blob,
            kept_by=kept_by,
        )
        after = {"document": blob.sha256, "bytes": blob.size, "body": document.body}
        leave_trace(AuditAction.OUTSIDE_DOCUMENT_KEPT, by=kept_by, subject=document, after=after)
        return document


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    written = 0
    with path.open("wb") as file:
        for chunk in chunks:
            written += len(chunk)
            if written > LARGEST:
                raise NotPossible(_("The document is larger than %(size)s MiB.") % {"size": LARGEST >> 20})
            file.write(chunk)
    if not written:
        raise NotPossible(_("The document is empty."))


@transaction.atomic
def enter_outside_result(entry: Entry, *, figure: OutsideFigure, entered_by: User, reason: str = "") -> OutsideResult:
    """Take down a figure; it counts once a second person has confirmed it against the document.

    With a `reason` it corrects the figure that stands already by a new version: the old one no longer counts and stays
    readable, the new one waits for its second person, and a tally that rests on the old one has to be taken again.
    """
    require_role(entered_by, "officer")
    require_outsider(entered_by, entry.phase)
    if locked(entry).phase.state == "archived":
        raise NotPossible(_("The phase is archived; its figures stand as they are."))
    fields = _fields(entry, figure)
    place = {"entry": entry, "part": figure.part, "item": figure.item}
    standing = standing_figures(entry.phase).filter(**place).first()
    if standing is not None:
        require_text(
            reason,
            _("There is already a figure for %(item)s of this entry; say why it is corrected.") % {"item": figure.item},
        )
    row = OutsideResult.objects.create(
        phase=entry.phase,
        version=standing.version + 1 if standing else 1,
        reason=reason.strip() if standing else "",
        entered_by=entered_by,
        **place,
        **fields,
    )
    leave_trace(
        AuditAction.OUTSIDE_RESULT_ENTERED,
        by=entered_by,
        subject=row,
        before={"document": standing.document_digest, "version": standing.version} if standing else None,
        after={"document": row.document_digest, "version": row.version},
        reason=row.reason,
    )
    return row


def _fields(entry: Entry, figure: OutsideFigure) -> dict[str, object]:
    if figure.document.phase_id != entry.phase_id:
        raise NotPossible(_("The document is of another phase."))
    if (figure.part, figure.item) not in measured_places(entry.phase):
        raise NotPossible(
            _("The rules have no item %(item)s that a body or a team measures.")
            % {"item": f"{figure.part}/{figure.item}"}
        )
    if len(figure.raw) > MOST_RAW or any(not name.strip() or len(name) > 80 for name in figure.raw):
        raise NotPossible(_("Name at most %(most)s raw figures, each by a short name.") % {"most": MOST_RAW})
    optional = {name: decimal_text(text, name=name) if (text := getattr(figure, name)) else "" for name in OPTIONAL}
    _must_keep_the_frozen_target(entry, figure, target=optional["target"])
    return {
        "document": figure.document,
        "body": figure.document.body,
        "document_digest": figure.document.sha256,
        "value": decimal_text(figure.value, name="value"),
        "raw": {name.strip(): decimal_text(text, name=name) for name, text in figure.raw.items()},
        **optional,
    }


def measured_places(phase: Phase) -> set[tuple[str, str]]:
    """(part, item) of what is measured outside of the portal: by a body, or by the team and checked by a body."""
    parts = rules_of(phase).parts
    return {(part.key, item.key) for part in parts for item in part.items if item.source.kind != "suite"}


def _must_keep_the_frozen_target(entry: Entry, figure: OutsideFigure, *, target: str) -> None:
    """A team's target model was frozen before it was measured; a document brings no other."""
    frozen = frozen_targets(entry.phase).get((entry.code, figure.part, figure.item))
    if frozen and target and Decimal(target) != Decimal(frozen):
        raise NotPossible(
            _("The target of this item was frozen at %(target)s. Leave the field empty, or enter that.")
            % {"target": frozen}
        )


@transaction.atomic
def import_outside_results(phase: Phase, *, lines: Sequence[OutsideLine], entered_by: User) -> list[str]:
    """Take down every line, or none: the faults come back, each with its line."""
    entries = {entry.code: entry for entry in Entry.objects.filter(phase=phase).select_related("phase__ruleset")}
    faults = []
    for row in lines:
        try:
            if (entry := entries.get(row.entry)) is None:
                raise NotPossible(_("there is no entry “%(code)s”") % {"code": row.entry[:20]})
            enter_outside_result(entry, figure=row.figure, entered_by=entered_by, reason=row.reason)
        except NotPossible as fault:
            faults.append(_("Line %(line)s: %(text)s") % {"line": row.line, "text": fault})
    if faults:
        transaction.set_rollback(True)
    return faults


@transaction.atomic
def confirm_outside_result(result: OutsideResult, *, confirmed_by: User) -> OutsideResult:
    """The second person has compared the figure with the document."""
    require_role(confirmed_by, "officer", "decider")
    row = locked(result)
    require_outsider(confirmed_by, row.phase)
    if row.entered_by_id == confirmed_by.pk:
        raise NotPossible(_("A second person confirms the figure, not the one who entered it."))
    if row.confirmed_by_id is not None:
        raise NotPossible(_("This figure is already confirmed."))
    place = {"entry": row.entry_id, "part": row.part, "item": row.item}
    if OutsideResult.objects.filter(**place, version__gt=row.version).exists():
        raise NotPossible(_("This figure was corrected meanwhile; confirm the newer version."))
    row.confirmed_by, row.confirmed_at = confirmed_by, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    leave_trace(AuditAction.OUTSIDE_RESULT_CONFIRMED, by=confirmed_by, subject=row)
    return row


@transaction.atomic
def confirm_outside_document(document: OutsideDocument, *, confirmed_by: User) -> int:
    """Confirm every figure of the document that waits for this second person; returns how many."""
    waiting = standing_figures(document.phase).filter(document=document, confirmed_by=None)
    rows = list(waiting.exclude(entered_by=confirmed_by))
    if not rows:
        raise NotPossible(_("No figure of this document waits for you."))
    for row in rows:
        confirm_outside_result(row, confirmed_by=confirmed_by)
    return len(rows)
