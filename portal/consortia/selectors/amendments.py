"""Reads on amendments: what is put to the teams, and what each of them said."""

from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from portal.common.viewer import Viewer
from portal.consortia.enums import AmendmentState
from portal.consortia.models import Amendment, AmendmentReply, Entry
from portal.consortia.selectors.entries import STILL_IN
from portal.programmes.models import Phase


class Heard(NamedTuple):
    """A team that was asked, and its last answer, or None."""

    entry: Entry
    reply: AmendmentReply | None


def amendments_in(phase: Phase) -> QuerySet[Amendment]:
    return phase.amendments.select_related("before", "after", "phase__programme").order_by("number")


def last_replies(amendment: Amendment) -> dict[int, AmendmentReply]:
    """Entry -> its last answer."""
    return {reply.entry_id: reply for reply in amendment.replies.select_related("entry").order_by("number")}


def hearing_of(amendment: Amendment) -> list[Heard]:
    """Every team that was asked: those still in the phase, and those that answered before they left it."""
    replies = last_replies(amendment)
    entries = Entry.objects.filter(phase=amendment.phase_id).select_related("consortium").order_by("code")
    return [Heard(entry, replies.get(entry.pk)) for entry in entries if entry.state in STILL_IN or entry.pk in replies]


def unheard(amendment: Amendment) -> list[Entry]:
    return [heard.entry for heard in hearing_of(amendment) if heard.reply is None]


def answers_are_public(amendment: Amendment) -> bool:
    """While teams may still answer, no team is told what another said."""
    return amendment.state != AmendmentState.PROPOSED or amendment.reply_due <= timezone.now()


def takes_answers(amendment: Amendment) -> bool:
    return amendment.state == AmendmentState.PROPOSED and amendment.reply_due > timezone.now()


def amendments_to_answer(viewer: Viewer) -> QuerySet[Amendment]:
    """Open amendments of phases in which the viewer's consortia still are."""
    return Amendment.objects.filter(
        state=AmendmentState.PROPOSED,
        reply_due__gt=timezone.now(),
        phase__entries__consortium__memberships__user=viewer.user_id,
        phase__entries__state__in=STILL_IN,
    ).distinct()
