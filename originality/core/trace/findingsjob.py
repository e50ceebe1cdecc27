"""The job that ends a training run's checks: it reads what the other jobs measured and writes the report."""

from pathlib import Path
from typing import Any

from originality.core.sketch import Progress
from originality.core.trace.checks import ReferenceCurve
from originality.core.trace.declaration import parse_facts
from originality.core.trace.measures import parse_measures
from originality.core.trace.prefixes import LogPrefix
from originality.core.trace.report import trace_report
from originality.core.trace.seriesfile import load_logs

SERIES = "series.safetensors"
Document = dict[str, Any]


def findings_run(spec: Document, *, folder: Path, progress: Progress) -> Document:
    """Read the stored series and the frozen facts; what a job could not measure stands in `problems` with its cause."""
    logs = load_logs(folder / spec.get("series", SERIES))
    progress(1, 2, "series")
    prefixes, curves = spec.get("prefixes"), spec.get("curves")
    report = trace_report(
        logs,
        parse_facts(spec["facts"]),
        parse_measures(spec["measures"]),
        prefixes=None if prefixes is None else [LogPrefix(**row) for row in prefixes],
        curves=None if curves is None else [ReferenceCurve(**row) for row in curves],
        problems=spec.get("problems", ()),
        plan_digest=spec.get("plan_digest", ""),
    )
    progress(2, 2, "done")
    return report
