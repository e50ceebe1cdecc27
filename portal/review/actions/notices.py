"""Telling a consortium, with proof of what was told, when, and when it was first read."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.formats.canonical import digest_of
from portal.common.time import kst
from portal.consortia.models import Entry, Membership
from portal.letters.actions import acknowledge, assign_number, post_letter
from portal.letters.selectors import number_of
from portal.review.actions.base import locked, require_member
from portal.review.enums import AuditAction, NoticeKind
from portal.review.models import Notice
from portal.review.selectors.papers import notice_key


def write_notice(entry: Entry, *, kind: NoticeKind, subject_key: str, content: dict[str, Any], sent_by: User) -> Notice:
    """The row with its document number, and a mail to each member; `trace_notice` follows after the caller's last other write."""
    notice = Notice.objects.create(
        consortium_id=entry.consortium_id,
        entry=entry,
        kind=kind,
        subject_key=subject_key,
        content=content,
        digest=digest_of(content),
        sent_by=sent_by,
        delivered_at=timezone.now(),
    )
    number = assign_number(
        kind="notice", subject_key=notice_key(notice), title=f"{entry.phase.name_ko} {entry.code}", actor=sent_by.actor
    )
    post_letter(
        _members(entry.consortium_id),
        kind="notice",
        subject_key=notice_key(notice),
        context={"notice": notice, "entry": entry, "phase": entry.phase, "number": number, "due": _due(content)},
    )
    return notice


def _members(consortium_id: int) -> list[str]:
    rows = Membership.objects.filter(consortium_id=consortium_id, user__is_active=True).order_by("pk")
    return list(rows.values_list("user__email", flat=True))


def _due(content: dict[str, Any]) -> str:
    """When an answer is due, where the notice asks for one."""
    text = content.get("due_at") or content.get("reply_due")
    return kst(datetime.fromisoformat(text)) if text else ""


def trace_notice(notice: Notice) -> None:
    leave_trace(
        AuditAction.NOTICE_SENT,
        by=notice.sent_by,
        subject=notice,
        after={
            "consortium": notice.consortium_id,
            "kind": notice.kind,
            "digest": notice.digest,
            "number": number_of(notice_key(notice)),
        },
    )


@transaction.atomic
def read_notice(notice: Notice, *, read_by: User) -> Notice:
    """The first reading by a member is the proof of receipt; later ones change nothing."""
    require_member(read_by, notice.consortium_id)
    acknowledge(notice_key(notice), to=read_by.email)
    row = locked(notice)
    if row.read_at is not None:
        return row
    row.read_at, row.read_by = timezone.now(), read_by
    row.save(update_fields=["read_at", "read_by"])
    leave_trace(AuditAction.NOTICE_READ, by=read_by, subject=row)
    return row
