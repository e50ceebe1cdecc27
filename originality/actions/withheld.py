"""Texts on which the loss of checkpoints is measured: added and retired by the ministry, and shown to no team."""

import hashlib
from pathlib import Path

from django.db import transaction

from originality.core.trace.loss import MOST_TEXT
from originality.enums import AuditAction
from originality.models import WithheldText
from portal.artifacts.actions import store_file
from portal.audit.actions import record

WITHHELD = "withheld"  # owner of the texts' blobs: no team, so no list of reads names them
SHORTEST = 4 << 10  # bytes


class TextError(ValueError):
    """A text that cannot be taken, with what to do about it."""


@transaction.atomic
def withhold_text(path: Path, *, name: str, language: str, source: str, actor: str) -> WithheldText:
    """Keep a text of UTF-8 in the store; the same text again is the same row. TextError says what is wrong with it."""
    digest, size = _checked(path)
    if known := WithheldText.objects.filter(digest=digest).first():
        return known
    if WithheldText.objects.filter(name=name).exists():
        raise TextError(f"Another text is called {name!r}; choose a new name.")
    row = WithheldText.objects.create(
        name=name,
        language=language,
        source=source,
        digest=digest,
        size=size,
        text=store_file(path, owner=WITHHELD),
        actor=actor,
    )
    after = {"name": name, "language": language, "digest": digest, "bytes": size, "source": source}
    record(AuditAction.TEXT_WITHHELD, actor=actor, subject=f"withheld_text:{row.pk}", after=after)
    return row


def _checked(path: Path) -> tuple[str, int]:
    if not path.is_file():
        raise TextError(f"{path}: there is no such file.")
    size = path.stat().st_size
    if not SHORTEST <= size <= MOST_TEXT:
        raise TextError(
            f"{path}: {size:,} bytes; a text has {SHORTEST:,} to {MOST_TEXT:,}. Cut it, or add it in parts."
        )
    raw = path.read_bytes()
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TextError(f"{path}: not UTF-8 at byte {error.start:,}; convert it first.") from error
    return hashlib.sha256(raw).hexdigest(), size


@transaction.atomic
def retire_text(text: WithheldText, *, reason: str, actor: str) -> WithheldText:
    """Plan a text for no new run; runs that planned it still measure on it."""
    row = WithheldText.objects.select_for_update().get(pk=text.pk)
    if not row.retired:
        row.retired = True
        row.save(update_fields=["retired"])
        record(AuditAction.TEXT_RETIRED, actor=actor, subject=f"withheld_text:{row.pk}", reason=reason)
    return row
