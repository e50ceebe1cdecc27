"""What the engine keeps. Every run is reached through a row of an upper layer that owns its policy."""

from originality.models.code import CodeCorpus, CodeRun
from originality.models.references import Baseline, Reference
from originality.models.reports import Comparison, OriginalityRun, SketchPart
from originality.models.traces import TraceMapping, TracePart, TraceReport, TraceRun, WithheldText

__all__ = (
    "Baseline",
    "CodeCorpus",
    "CodeRun",
    "Comparison",
    "OriginalityRun",
    "Reference",
    "SketchPart",
    "TraceMapping",
    "TracePart",
    "TraceReport",
    "TraceRun",
    "WithheldText",
)
