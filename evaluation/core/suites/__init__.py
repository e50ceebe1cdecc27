"""Suite documents: which tasks, from which data, with which prompts, seeds and metrics.

A suite ends at raw metrics: points belong to the rule set. Its version never changes meaning, and its digest pins the
whole document. Two schemas are read: evaluation-suite/1 as it always was, and evaluation-suite/2.
"""

from evaluation.core.suites.model import (
    CodePolicy,
    Examples,
    Generation,
    Group,
    ModelSettings,
    Seeds,
    Source,
    Suite,
    Task,
    metric_key,
)
from evaluation.core.suites.parse import parse_suite, read_suite

__all__ = [
    "CodePolicy",
    "Examples",
    "Generation",
    "Group",
    "ModelSettings",
    "Seeds",
    "Source",
    "Suite",
    "Task",
    "metric_key",
    "parse_suite",
    "read_suite",
]
