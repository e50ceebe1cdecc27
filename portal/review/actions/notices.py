"""Telling a consortium, with proof of what was told, when, and when it was first read."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.common.formats.canonical import digest_of
from portal.consortia.models import Entry
from portal.review.actions.base import leave_trace, locked, require_member
from portal.review.enums import AuditAction, NoticeKind
from portal.review.models import Notice


def write_notice(entry: Entry, *, kind: NoticeKind, subject_key: str, content: dict[str, Any], sent_by: User) -> Notice:
    """The row; `trace_notice` follows after the caller's last other write."""
    return Notice.objects.create(
        consortium_id=entry.consortium_id,
        entry=entry,
        kind=kind,
        subject_key=subject_key,
        content=content,
        digest=digest_of(content),
        sent_by=sent_by,
        delivered_at=timezone.now(),
    )


def trace_notice(notice: Notice) -> None:
    leave_trace(
        AuditAction.NOTICE_SENT,
        by=notice.sent_by,
        subject=notice,
        after={"consortium": notice.consortium_id, "kind": notice.kind, "digest": notice.digest},
    )


@transaction.atomic
def read_notice(notice: Notice, *, read_by: User) -> Notice:
    """The first reading by a member is the proof of receipt; later ones change nothing."""
    require_member(read_by, notice.consortium_id)
    row = locked(notice)
    if row.read_at is not None:
        return row
    row.read_at, row.read_by = timezone.now(), read_by
    row.save(update_fields=["read_at", "read_by"])
    leave_trace(AuditAction.NOTICE_READ, by=read_by, subject=row)
    return row
