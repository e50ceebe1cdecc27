"""The hand-in's page while bytes are on their way: one with everything but its log, one with uploads in every state."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from portal.artifacts.models import Upload
from portal.submissions.actions import add_upload, open_draft
from portal.submissions.enums import Role
from tests.e2e.begun import BEGUN, files_of
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.artifacts import declare, send_all
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.submissions import ACTOR, complete_draft

PART = 8 << 20  # bytes; what the portal takes at least


def pages() -> Iterator[Page]:
    team = make_user("team", name="가람 제출 담당")
    consortium = make_consortium(manager=team)
    entry = make_entry(make_phase("receiving"), consortium=consortium)
    ready = complete_draft(entry, Path(tempfile.mkdtemp()))
    ready.items.get(role=Role.TRAINING_LOG).delete()
    moving = open_draft(make_entry(make_phase("receiving"), consortium=make_consortium(manager=team)), actor=ACTOR)
    owner = moving.entry.consortium.account_key
    logs, _ = [declare(files_of(name), owner=owner, part_size=2 * PART) for name in BEGUN]
    add_upload(moving, role=Role.TRAINING_LOG, upload=logs, actor=ACTOR)
    send_all(declare({"curve.csv": b"step,loss\n"}, owner=owner, part_size=PART), {"curve.csv": b"step,loss\n"})
    Upload.objects.filter(pk=declare({"a.csv": b"1"}, owner=owner, part_size=PART).pk).update(state="checking")
    refusal = {
        "error": "file_refused",
        "detail": "The content is binary, not text.",
        "where": "b.csv",
        "hint": "Save it.",
    }
    Upload.objects.filter(label="test").update(label="학습 기록")
    refused = declare({"b.csv": b"2"}, owner=owner, part_size=PART)
    Upload.objects.filter(pk=refused.pk).update(state="refused", refusal=refusal)

    yield Page("uploads-ready", f"/team/submissions/{ready.pk}/", team)
    yield Page("uploads-moving", f"/team/submissions/{moving.pk}/", team)
