"""Reads of outside figures: which version stands, and who reads a document before the seal."""

from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from portal.common.viewer import Viewer
from portal.programmes.models import Phase
from portal.review.models import OutsideDocument, OutsideResult


class ShownDocument(NamedTuple):
    """A document on the page; `to_confirm` when figures of others wait for this viewer, `readable` when it may be opened."""

    document: OutsideDocument
    figures: int
    waiting: int
    to_confirm: bool
    readable: bool


def standing_figures(phase: Phase) -> QuerySet[OutsideResult]:
    """The last version of each figure; an earlier one no longer counts, confirmed or not."""
    same = OutsideResult.objects.filter(entry=OuterRef("entry"), part=OuterRef("part"), item=OuterRef("item"))
    last = same.order_by("-version").values("pk")[:1]
    return OutsideResult.objects.filter(phase=phase, pk=Subquery(last)).select_related("entry")


def corrected_figures(phase: Phase) -> QuerySet[OutsideResult]:
    """Versions that no longer count, the newest first."""
    standing = standing_figures(phase).values("pk")
    rows = OutsideResult.objects.filter(phase=phase).exclude(pk__in=standing)
    return rows.select_related("entry", "entered_by", "confirmed_by", "document").order_by("-pk")


def is_being_taken_down(document: OutsideDocument) -> bool:
    """Whether the two people still need it: nothing was taken from it yet, or a figure waits for its second person."""
    figures = standing_figures(document.phase).filter(document=document)
    return not figures.exists() or figures.filter(confirmed_by=None).exists()


def outside_documents(phase: Phase, *, viewer: Viewer, shown: bool) -> list[ShownDocument]:
    """Documents with how many standing figures they have, how many wait, and whether this viewer may read them."""
    rows = []
    for document in OutsideDocument.objects.filter(phase=phase).select_related("kept_by"):
        figures = standing_figures(phase).filter(document=document)
        waiting = figures.filter(confirmed_by=None)
        others = waiting.exclude(entered_by=viewer.user_id).exists()
        needed = viewer.has_role("officer", "decider") and is_being_taken_down(document)
        rows.append(ShownDocument(document, figures.count(), waiting.count(), others, shown or needed))
    return rows
