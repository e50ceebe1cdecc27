"""Servers of own architectures as the office sees them: which wait, what they promise, what was decided, how the runs stand."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Bundle
from portal.common.formats.foreign_text import shown
from portal.common.viewer import Viewer
from portal.consortia.policies import takes_part
from portal.measurements.enums import ServerVerdict
from portal.measurements.models import ServerDecision
from portal.submissions.enums import Role, RunKind, State
from portal.submissions.models import Submission
from portal.submissions.selectors.runs import RunDetail, run_detail
from portal.submissions.selectors.serving import HandedServer, server_of

SHOWN_BYTES = 256 * 1024  # of one file
LONGEST_LINE = 2_000  # characters


class ServerRow(NamedTuple):
    """`decision` is the last one; `ready` says that the version which counts is certain, so it may be decided on."""

    submission: Submission
    decision: ServerDecision | None
    ready: bool


class FileText(NamedTuple):
    """Characters that do not print are written out, so that what is read is what runs."""

    path: str
    sha256: str
    text: str
    cut: bool
    binary: bool


class ServerPage(NamedTuple):
    row: ServerRow
    handed: HandedServer | None
    checkpoint: str
    files: list[dict[str, object]]
    decisions: list[ServerDecision]
    runs: list[RunDetail]

    @property
    def started(self) -> bool:
        return any(row.verdict == ServerVerdict.START for row in self.decisions)


def submissions_with_servers() -> QuerySet[Submission]:
    """Versions that count and bring a server."""
    rows = Submission.objects.filter(state=State.SUBMITTED, items__role=Role.SERVING)
    return rows.select_related("entry__phase__programme", "entry__consortium").distinct()


def servers_for(viewer: Viewer) -> list[ServerRow]:
    """Every server, those that wait first; without the programmes of the viewer's own team."""
    found = submissions_with_servers().order_by("-submitted_at").prefetch_related("server_decisions", "runs")
    theirs = {row.entry.phase.programme_id: takes_part(viewer, row.entry.phase.programme_id) for row in found}
    rows = [_row(row, row.server_decisions.all()) for row in found if not theirs[row.entry.phase.programme_id]]
    return sorted(rows, key=lambda row: (row.decision is not None, not row.ready))


def server_page(submission: Submission) -> ServerPage:
    decisions = list(submission.server_decisions.all())
    handed = server_of(submission)
    checkpoint = submission.items.filter(role=Role.CHECKPOINT).values_list("digest", flat=True).first()
    runs = submission.runs.filter(kind=RunKind.BENCHMARK).select_related("benchmark__job", "benchmark__suite")
    return ServerPage(
        row=_row(submission, decisions),
        handed=handed,
        checkpoint=checkpoint or "",
        files=handed.bundle.file_list()[:500] if handed else [],
        decisions=decisions,
        runs=[run_detail(row) for row in runs],
    )


def text_of(bundle: Bundle, number: int, *, reader: str) -> FileText | None:
    """One file of the server as text, by its place in the manifest. The opening stands in the team's list of reads."""
    rows = bundle.file_list()
    if not 0 <= number < len(rows):
        return None
    path = str(rows[number]["path"])
    blob = bundle.files.select_related("blob").get(path=path).blob
    with open_blob(blob, reader=reader, purpose=ReadPurpose.SERVER) as file:
        raw = file.read(SHOWN_BYTES + 1)
    lines = raw[:SHOWN_BYTES].decode("utf-8", "replace").splitlines() if b"\0" not in raw else []
    text = "\n".join(shown(line.replace("\t", "    "), length=LONGEST_LINE) for line in lines)
    return FileText(path, blob.sha256, text, cut=len(raw) > SHOWN_BYTES, binary=b"\0" in raw)


def _row(submission: Submission, decisions: Iterable[ServerDecision]) -> ServerRow:
    """The other runs are asked for as soon as it is certain which version counts."""
    rows = list(decisions)
    return ServerRow(submission, rows[-1] if rows else None, ready=bool(submission.runs.all()))
