"""The kind of work that reads the logs of a training run once and leaves their points by columns.

Spec of "originality.series" (paths relative to the work folder): logs path, mapping {quantity: tag} or null, lengths (how
many bytes of the log the deposited digests were of).
"""

from pathlib import Path
from typing import Any

from originality.core.errors import InputError
from originality.core.run import SERIES
from originality.core.sketch import Progress
from originality.core.trace.logsdocument import logs_document
from originality.core.trace.model import Fault, Logs
from originality.core.trace.prefixes import log_prefixes
from originality.core.trace.series import Reading, read_run
from originality.core.trace.serieswriter import write_series
from originality.core.trace.spool import Spool

Document = dict[str, Any]


def series_run(spec: Document, *, folder: Path, progress: Progress) -> Document:
    """Read, store, and take the digests of the beginnings of the files that were deposited."""
    source = folder / spec["logs"]
    with _reading(source, spec.get("mapping")) as reading:
        progress(1, 3, "logs")
        write_series(reading, folder / SERIES)
        document = logs_document(reading)
    progress(2, 3, "series")
    prefixes = [row._asdict() for row in log_prefixes(source, spec.get("lengths") or ())]
    progress(3, 3, "digests")
    return {"schema": "originality-series/1", "logs": document, "prefixes": prefixes}


def _reading(source: Path, mapping: dict[str, str] | None) -> Reading:
    """A folder without any log leaves an empty series that says so: weights without logs are evidence still."""
    try:
        return read_run(source, mapping)
    except InputError as error:
        fault = Fault("", 0, str(error).removeprefix(f"{source}: "))
        logs = Logs({}, {}, [], {}, [], [], [fault], 1)
        return Reading(logs, Spool(), files=[], parts=[])
