"""The kind of work that reads the logs of a training run once and leaves their points by columns.

Spec of "originality.series" (paths relative to the work folder): logs path, mapping {quantity: tag} or null, lengths (how
many bytes of the log the deposited digests were of).
"""

from pathlib import Path
from typing import Any

from originality.core.errors import InputError
from originality.core.run import SERIES
from originality.core.sketch import Progress
from originality.core.trace.model import Fault, Logs
from originality.core.trace.prefixes import log_prefixes
from originality.core.trace.series import read_logs
from originality.core.trace.seriesfile import logs_document, write_series

Document = dict[str, Any]


def series_run(spec: Document, *, folder: Path, progress: Progress) -> Document:
    """Read, store, and take the digests of the beginnings; a folder without any log leaves an empty series that says so."""
    source = folder / spec["logs"]
    try:
        logs = read_logs(source, mapping=spec.get("mapping"))
    except InputError as error:  # weights without logs are evidence still
        logs = Logs({}, {}, [], {}, [], [], [Fault("", 0, str(error))], 1)
    progress(1, 3, "logs")
    write_series(logs, folder / SERIES)
    progress(2, 3, "series")
    prefixes = [row._asdict() for row in log_prefixes(source, spec.get("lengths") or ())]
    progress(3, 3, "digests")
    return {"schema": "originality-series/1", "logs": logs_document(logs), "prefixes": prefixes}
