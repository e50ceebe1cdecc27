"""Official numbers of what a panel makes. Called before the ledger event of the act, which is always the last write."""

from collections.abc import Iterable

from portal.accounts.models import User
from portal.letters.actions import Paper, assign_number, assign_numbers
from portal.letters.models import OfficialNumber
from portal.review.models import Minutes, ScoreSheet
from portal.review.selectors.papers import minutes_key, sheet_key


def number_minutes(minutes: Minutes, *, by: User) -> OfficialNumber:
    title = f"{minutes.panel.phase.name_ko}: {minutes.subject}"
    return assign_number(kind="minutes", subject_key=minutes_key(minutes), title=title, actor=by.actor)


def number_sheets(sheet_ids: Iterable[int], *, by: User) -> list[OfficialNumber]:
    """Sheets get their numbers when they are sealed, all at once: an earlier number would tell who signed when."""
    rows = ScoreSheet.objects.filter(pk__in=list(sheet_ids)).order_by("pk")
    rows = rows.select_related("assignment__entry__phase", "assignment__seat")
    papers = [
        Paper(
            sheet_key(row),
            f"{row.assignment.entry.phase.name_ko} {row.assignment.entry.code} {row.assignment.seat.code}",
        )
        for row in rows
    ]
    return assign_numbers(papers, kind="sheet", actor=by.actor)
