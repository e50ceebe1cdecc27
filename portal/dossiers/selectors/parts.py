"""The parts of a dossier by name. Each is a document of plain values that says by itself what there is and what is missing."""

from collections.abc import Callable
from typing import Any

from portal.consortia.models import Entry
from portal.dossiers.documents import plain
from portal.dossiers.enums import Part
from portal.dossiers.selectors.chain import chain
from portal.dossiers.selectors.code import code
from portal.dossiers.selectors.components import components
from portal.dossiers.selectors.logs import logs
from portal.dossiers.selectors.metadata import metadata
from portal.dossiers.selectors.weights import weights
from portal.submissions.models import Submission

Reader = Callable[[Submission], dict[str, Any]]
READERS: dict[Part, Reader] = {
    Part.METADATA: metadata,
    Part.WEIGHTS: weights,
    Part.CHAIN: chain,
    Part.LOGS: logs,
    Part.CODE: code,
    Part.COMPONENTS: components,
}


def part_document(part: Part, submission: Submission) -> dict[str, Any]:
    """What stands in the dossier under this part now, for the page, for JSON and to be frozen alike."""
    found: dict[str, Any] = plain({"schema": f"dossier-{part}/1", **READERS[part](submission)})
    return found


def counted(entry: Entry) -> Submission | None:
    """The submission that counts, with what every part needs of it."""
    rows = entry.submissions.filter(state="submitted").select_related(
        "entry__consortium", "entry__phase__programme", "entry__ruleset", "receipt"
    )
    return rows.first()
