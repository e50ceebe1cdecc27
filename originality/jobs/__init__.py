"""The kinds of work: reports over all references, sketches of parts, and what is read of a training run."""

from originality.jobs.code import KINDS as CODE_KINDS
from originality.jobs.reports import (
    collect_part,
    collect_report,
    commit_part,
    commit_report,
    prepare_part,
    prepare_report,
    summary_fields,
)
from originality.jobs.traces import KINDS as TRACE_KINDS
from portal.jobs.registry import JobKind, register

__all__ = ["prepare_report", "register_kinds", "summary_fields"]


def register_kinds() -> None:
    register(JobKind("originality.report", prepare_report, collect_report, commit_report, cards_wished=1))
    register(JobKind("originality.sketch", prepare_part, collect_part, commit_part))
    for kind in (*TRACE_KINDS, *CODE_KINDS):
        register(kind)
