"""Minutes, notices and sheets as documents: the same content as their pages, without the layout of a screen."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.common.time import kst
from portal.letters.papers.build import paper_of
from portal.letters.papers.model import Block, Facts, Heading, Paper, Prose, Table
from portal.letters.selectors import number_of
from portal.review.enums import NoticeKind
from portal.review.models import Minutes, Notice, ScoreSheet
from portal.review.selectors.results import result_rows
from portal.review.selectors.rubric import boxes, rubric
from portal.review.selectors.rules import has_carried
from portal.review.selectors.sheets import current_values, sum_of

EMPTY = "-"


def minutes_key(minutes: Minutes) -> str:
    return f"review.minutes:{minutes.pk}"


def notice_key(notice: Notice) -> str:
    """What the letters and the document number of a notice are filed under."""
    return f"review.notice:{notice.pk}"


def sheet_key(sheet: ScoreSheet) -> str:
    return f"review.sheet:{sheet.pk}"


def minutes_paper(minutes: Minutes) -> Paper:
    blocks = [
        Facts(tuple(_minutes_facts(minutes))),
        *_section(_("What was discussed and decided"), minutes.text),
        *_section(_("Dissent"), minutes.dissent),
        Facts(((_("Digest"), _broken(minutes.digest)),)),
    ]
    title = f"{_('Minutes')}: {minutes.subject}"
    return paper_of(title, number=number_of(minutes_key(minutes)), date=minutes.held_at, blocks=blocks)


def _minutes_facts(minutes: Minutes) -> Iterator[tuple[str, str]]:
    phase = minutes.panel.phase
    codes = [row.seat.code for row in minutes.attendance.select_related("seat")]
    yield _("Programme"), phase.programme.name
    yield _("Phase"), phase.name
    yield _("Panel"), minutes.panel.name
    yield _("Held at"), kst(minutes.held_at)
    yield _("Present"), f"{', '.join(codes)} ({len(codes)} / {minutes.seated}, {_('quorum')} {minutes.quorum})"
    yield _("Vote"), _vote(minutes)
    yield _("Recorded by"), str(minutes.recorded_by)


def _vote(minutes: Minutes) -> str:
    votes = [
        f"{_('for')} {minutes.votes_for}",
        f"{_('against')} {minutes.votes_against}",
        f"{_('abstained')} {minutes.votes_abstained}",
    ]
    return f"{', '.join(votes)}: {_('carried') if has_carried(minutes) else _('not carried')}"


def notice_paper(notice: Notice) -> Paper:
    entry = notice.entry
    facts = (
        (_("Programme"), entry.phase.programme.name),
        (_("Phase"), entry.phase.name),
        (_("Entry"), f"{entry.code} · {notice.consortium.name}"),
        (_("Delivered"), kst(notice.delivered_at)),
    )
    result = notice.kind == NoticeKind.RESULT
    told = _result(notice) if result else _told(notice.content)
    blocks = [Facts(facts), *told, Facts(((_("Digest"), _broken(notice.digest)),))]
    title = f"{_('Notice')}: {notice.get_kind_display()}"
    return paper_of(title, number=number_of(notice_key(notice)), date=notice.delivered_at, blocks=blocks)


def _told(content: dict[str, Any]) -> Iterator[Block]:
    """What a notice other than a result says, in the order in which it is read."""
    if due := content.get("due_at") or content.get("reply_due"):
        yield Facts(((_("Answer due by"), kst(datetime.fromisoformat(due))),))
    yield from _section(_("Question"), content.get("question", ""))
    yield from _section(_("Grounds"), content.get("grounds", ""))
    evidence = [f"{row['reference']} {row.get('note', '')}".strip() for row in content.get("evidence") or []]
    yield from _section(_("Evidence"), "\n".join(evidence))
    yield from _section(_("Reason"), content.get("reason", ""))


def _result(notice: Notice) -> Iterator[Block]:
    content = notice.content
    rows = result_rows(notice.entry.phase, content)
    yield Heading(_("Outcome"))
    yield Prose(str(rows["outcome"]))
    yield from _section(_("Reason"), content["rationale"])
    if until := content.get("objection_until"):
        yield Facts(((_("Objections until"), kst(datetime.fromisoformat(until))),))
    if rows["scores"]:
        yield Heading(_("Your points"))
        yield _points(rows)
    yield from _section(_("Opinions of the panel"), "\n\n".join(content["opinions"]))
    yield from _section(_("Panel"), ", ".join(content["panel"] or []))


def _points(rows: dict[str, Any]) -> Table:
    found: list[tuple[str, str, str]] = []
    for part in rows["parts"]:
        found.append((part["title"], part["points"] or EMPTY, part["of"]))
        found += [(f"– {_measured(item)}", item.get("points") or EMPTY, EMPTY) for item in part["rows"]]
    found.append((_("Total"), rows["scores"]["total"] or EMPTY, rows["scores"]["of"]))
    return Table(
        caption=_("Own points by part"),
        columns=(_("Part of the evaluation"), _("Points"), _("Highest possible")),
        rows=tuple(found),
        numbers=frozenset({1, 2}),
    )


def _measured(item: dict[str, Any]) -> str:
    text = f"{item['title']}: {item.get('value') or EMPTY}"
    text += f" ± {item['stderr']}" if item.get("stderr") else ""
    return text + (f" / {_('target')} {item['target']}" if item.get("target") else "")


def sheet_paper(sheet: ScoreSheet, *, own: bool) -> Paper:
    """The signed content where there is one, else the draft, said to be one. The name stands on the own sheet alone."""
    values = sheet.signed.content if sheet.signed else current_values(sheet)
    facts = [*_sheet_facts(sheet, own=own)]
    blocks: list[Block] = [Facts(tuple(facts))]
    if not sheet.signed:
        blocks.append(Prose(_("This is a draft. It carries no signature.")))
    ticks = [f"{box.title}: {_('ticked') if box.ticked else _('not ticked')}" for box in boxes(sheet, values["ticks"])]
    blocks += [
        _scores(sheet, values),
        *_section(_("Originality: does not meet"), "\n".join(ticks)),
        *_section(_("Opinion on the entry"), values["opinion"] or EMPTY),
    ]
    title = f"{_('Score sheet')} {sheet.assignment.seat.code} · {sheet.assignment.entry.code}"
    date = sheet.signed.signed_at if sheet.signed else None
    return paper_of(title, number=number_of(sheet_key(sheet)), date=date, blocks=blocks)


def _sheet_facts(sheet: ScoreSheet, *, own: bool) -> Iterator[tuple[str, str]]:
    entry, seat = sheet.assignment.entry, sheet.assignment.seat
    yield _("Programme"), entry.phase.programme.name
    yield _("Phase"), entry.phase.name
    yield _("Entry"), f"{entry.code} · {entry.consortium.name}"
    yield _("Panel"), seat.panel.name
    yield _("Reviewer"), f"{seat.code} · {seat.user}" if own else seat.code
    yield _("State"), str(sheet.get_state_display())
    if sheet.signed:
        yield _("Signed at"), kst(sheet.signed.signed_at)
        yield _("Digest"), _broken(sheet.signed.digest)


def _scores(sheet: ScoreSheet, values: dict[str, Any]) -> Table:
    rows = [(row.title, row.value or EMPTY, row.maximum, row.comment or EMPTY) for row in rubric(sheet, values)]
    rows.append((_("Sum"), str(sum_of(values["scores"])), EMPTY, EMPTY))
    return Table(
        caption=_("Scores on this sheet"),
        columns=(_("Criterion"), _("Points"), _("Highest"), _("Comment")),
        rows=tuple(rows),
        numbers=frozenset({1, 2}),
    )


def _broken(digest: str) -> str:
    """In two lines: the whole does not fit beside its term."""
    return f"{digest[:32]}\n{digest[32:]}"


def _section(heading: str, text: str) -> Iterator[Block]:
    if text.strip():
        yield Heading(heading)
        yield Prose(text)
