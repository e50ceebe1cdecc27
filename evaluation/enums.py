from enum import StrEnum


class AuditAction(StrEnum):
    SUITE_LOADED = "suite.loaded"
    RUN_REQUESTED = "evaluation.run.requested"
    RUN_RECORDED = "evaluation.run.recorded"
    RUN_FAILED = "evaluation.run.failed"
