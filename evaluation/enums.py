from enum import StrEnum


class AuditAction(StrEnum):
    SUITE_LOADED = "suite.loaded"
    RUN_REQUESTED = "evaluation.run.requested"
    RUN_RECORDED = "evaluation.run.recorded"
    PART_RECORDED = "evaluation.part.recorded"
    RUN_FAILED = "evaluation.run.failed"
    PRIVATE_ADDED = "private_set.added"
    PRIVATE_OPENED = "private_set.opened"
    CONTAMINATION_REQUESTED = "contamination.requested"
    CONTAMINATION_RECORDED = "contamination.recorded"
