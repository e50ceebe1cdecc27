"""The only writes of this app: suites come in, runs are asked for, results are recorded."""

from evaluation.actions.requests import (
    CHECKPOINT_SOURCE,
    INPUTS_SCHEMA,
    JOIN,
    KIND,
    frozen_inputs,
    request_run,
    rerun,
)
from evaluation.actions.results import record_failure, record_results
from evaluation.actions.suites import SHIPPED, load_shipped_suites, load_suite

__all__ = [
    "CHECKPOINT_SOURCE",
    "INPUTS_SCHEMA",
    "JOIN",
    "KIND",
    "SHIPPED",
    "frozen_inputs",
    "load_shipped_suites",
    "load_suite",
    "record_failure",
    "record_results",
    "request_run",
    "rerun",
]
