"""Declarations that are typed: kept while they are not finished, and put into the draft as the file they stand for."""

import tempfile
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from portal.artifacts.actions import store_folder
from portal.submissions.actions.drafting import add_item, locked_draft
from portal.submissions.enums import Role
from portal.submissions.models import DeclarationDraft, Submission, SubmissionItem
from portal.submissions.selectors.arrival import owner_of


@transaction.atomic
def keep_declaration(submission: Submission, *, role: Role, values: dict[str, str], actor: str) -> DeclarationDraft:
    """Keep what was typed, finished or not; the last one to keep it counts. No part of the record: nothing is handed in."""
    locked_draft(submission)
    fields = {"values": values, "kept_by": actor, "kept_at": timezone.now()}
    row, _created = DeclarationDraft.objects.update_or_create(submission=submission, role=role, defaults=fields)
    return row


def use_declaration(submission: Submission, *, role: Role, name: str, content: bytes, actor: str) -> SubmissionItem:
    """Store the declaration as one file and put it into the draft, where it replaces the one before."""
    with transaction.atomic():
        locked_draft(submission)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        bundle = store_folder(Path(folder), owner=owner_of(submission), actor=actor)
    with transaction.atomic():
        item = add_item(submission, role=role, bundle=bundle, actor=actor)
        DeclarationDraft.objects.filter(submission=submission, role=role).delete()
    return item
