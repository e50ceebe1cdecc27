"""The only writes: references, and requests whose results the jobs bring."""

from originality.actions.code import add_corpus, request_code, retire_corpus
from originality.actions.references import REGISTRY, add_reference, make_baselines, own_reference
from originality.actions.reports import MOST_PARTS, Told, cancel_report, request_report
from originality.actions.storing import store_document
from originality.actions.traces import Checkpoint, add_scores, cancel_trace, correct_mapping, request_trace
from originality.actions.withheld import retire_text, withhold_text

__all__ = [
    "MOST_PARTS",
    "REGISTRY",
    "Checkpoint",
    "Told",
    "add_corpus",
    "add_reference",
    "add_scores",
    "cancel_report",
    "cancel_trace",
    "correct_mapping",
    "make_baselines",
    "own_reference",
    "request_code",
    "request_report",
    "request_trace",
    "retire_corpus",
    "retire_text",
    "store_document",
    "withhold_text",
]
