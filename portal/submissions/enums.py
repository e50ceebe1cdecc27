from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    DRAFT = "draft", _("Draft")
    AWAITING = "awaiting", _("Handed in, files outstanding")
    SUBMITTED = "submitted", _("Handed in")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REPLACED = "replaced", _("Replaced")
    LAPSED = "lapsed", _("Lapsed: files did not arrive")


class Role(TextChoices):
    """What a bundle is to the submission that seals it."""

    CHECKPOINT = "checkpoint", _("Final checkpoint")
    INITIAL_CHECKPOINT = "initial_checkpoint", _("Initial checkpoint (step 0)")
    INTERMEDIATE_CHECKPOINT = "intermediate_checkpoint", _("Intermediate checkpoint")
    TRAINING_LOG = "training_log", _("Training logs")
    LOSS_CURVE = "loss_curve", _("Loss curve")
    COMPONENT_DECLARATION = "component_declaration", _("Component declaration")
    TRAINING_DECLARATION = "training_declaration", _("Training declaration")
    TECHNICAL_REPORT = "technical_report", _("Technical report")
    BENCHMARK_RESULTS = "benchmark_results", _("Own benchmark results")
    CODE = "code", _("Source code")
    SERVING = "serving", _("Server of an own architecture")
    DATA_SAMPLE = "data_sample", _("Sample of the training data")


REQUIRED_ROLES = (Role.CHECKPOINT, Role.TRAINING_LOG, Role.LOSS_CURVE, Role.COMPONENT_DECLARATION)
REPEATABLE_ROLES = frozenset({Role.INTERMEDIATE_CHECKPOINT, Role.TECHNICAL_REPORT, Role.BENCHMARK_RESULTS, Role.CODE})
STEPPED_ROLES = frozenset({Role.INITIAL_CHECKPOINT, Role.INTERMEDIATE_CHECKPOINT})


class RunKind(TextChoices):
    BENCHMARK = "benchmark", _("Benchmark")
    ORIGINALITY = "originality", _("Originality")
    TRACE = "trace", _("Training traceability")
    CODE = "code", _("Source code")
    CONTAMINATION = "contamination", _("Overlap of the data with benchmarks")


class Standing(TextChoices):
    """How a run of a suite stands among those of the same suite on the same submission."""

    COUNTS = "counts", _("Counts")
    CHECK = "check", _("Repeated as a check")
    SET_ASIDE = "set_aside", _("Set aside")
    NOT_WHOLE = "not_whole", _("Not whole, does not count")
    OPEN = "open", _("Not finished")


class AuditAction(StrEnum):
    DRAFT_OPENED = "submission.draft_opened"
    ITEM_ADDED = "submission.item_added"
    ITEM_REMOVED = "submission.item_removed"
    SUBMITTED = "submission.submitted"
    ARRIVED = "submission.arrived"
    LAPSED = "submission.lapsed"
    WITHDRAWN = "submission.withdrawn"
    REPLACED = "submission.replaced"
    RUN_REQUESTED = "submission.run_requested"
    RUN_AGAIN = "submission.run_again"
    RUN_SET_ASIDE = "submission.run_set_aside"
    SELF_CHECK_REQUESTED = "self_check.requested"
