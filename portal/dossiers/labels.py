"""Words for what stands in a dossier as a key."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as _p

from portal.consortia.enums import InstitutionRole
from portal.custody.enums import CallState, Finding
from portal.dossiers.selectors.missing import Gap
from portal.submissions.enums import Role

GAPS: dict[Gap, str | Promise] = {
    Gap.NOTHING_HANDED_IN: gettext_lazy("Nothing that counts has been handed in."),
    Gap.FILES_OUTSTANDING: gettext_lazy("Files are still on their way or are no longer stored"),
    Gap.NO_STEP0: gettext_lazy("No initial checkpoint (step 0): the start of the training is not shown by weights."),
    Gap.NO_INTERMEDIATE: gettext_lazy(
        "No intermediate checkpoint: what lies between start and end is not shown by weights."
    ),
    Gap.NO_DEPOSITS: gettext_lazy(
        "No digest was deposited while the model was trained: the ledger proves no earlier date."
    ),
    Gap.NO_LOGS: gettext_lazy("No training logs."),
    Gap.NO_TRAINING_DECLARATION: gettext_lazy("No training declaration: checks that need one are not applicable."),
    Gap.NO_CODE: gettext_lazy("No source code."),
    Gap.NO_COMPONENTS: gettext_lazy("No component declaration."),
    Gap.NO_REPORT: gettext_lazy("No originality report was asked for."),
    Gap.REPORT_UNFINISHED: gettext_lazy("The originality report is not finished."),
    Gap.NO_TRACE: gettext_lazy("The training logs were not examined."),
    Gap.TRACE_UNFINISHED: gettext_lazy("The examination of the training logs is not finished."),
    Gap.CODE_UNFINISHED: gettext_lazy("The comparison of the source code is not finished."),
    Gap.CHECKS_NOT_SHOWN: gettext_lazy("Checks for which the evidence is missing"),
    Gap.NOT_TESTABLE: gettext_lazy(
        "Declared parts whose origin is not in the registry, so that it could not be tested"
    ),
    Gap.UNANSWERED: gettext_lazy("Questions to the team without an answer"),
}
LINKS: dict[str, str | Promise] = {
    "initial": gettext_lazy("Initial checkpoint (step 0)"),
    "intermediate": gettext_lazy("Intermediate checkpoint"),
    "final": gettext_lazy("Final checkpoint"),
    "deposited": gettext_lazy("Digest deposited"),
}
TRAINING: dict[str, str | Promise] = {
    "from_scratch": gettext_lazy("from scratch"),
    "trained": gettext_lazy("trained further"),
    "frozen": gettext_lazy("frozen"),
}
RUN_STATES: dict[str, str | Promise] = {
    "waiting": gettext_lazy("Waiting"),
    "running": gettext_lazy("Running"),
    "done": gettext_lazy("Done"),
    "failed": gettext_lazy("Failed"),
    "cancelled": gettext_lazy("Cancelled"),
}
COLUMNS: dict[str, str | Promise] = {
    "modelling": _p("code", "Modelling"),
    "training": _p("code", "Training"),
    "inference": _p("code", "Inference"),
    "other": _p("code", "Other"),
}
FACTS: dict[str, str | Promise] = {
    "vocabulary": gettext_lazy("Vocabulary"),
    "parameters": gettext_lazy("Parameters"),
    "active_parameters": gettext_lazy("Active parameters"),
    "clip": gettext_lazy("Limit of the gradient norm"),
    "batch_tokens": gettext_lazy("Tokens per step"),
    "sequence_length": gettext_lazy("Sequence length"),
    "layers": gettext_lazy("Layers"),
    "width": gettext_lazy("Width"),
    "seed": gettext_lazy("Seed"),
    "cards": gettext_lazy("Cards"),
    "started": gettext_lazy("Training began"),
    "ended": gettext_lazy("Training ended"),
    "optimiser": gettext_lazy("Optimiser"),
    "schedule": gettext_lazy("Learning-rate schedule"),
    "init": gettext_lazy("Initial law"),
    "own_compute": gettext_lazy("Own compute"),
    "events": gettext_lazy("What happened, by step"),
}


def label_of(kind: str, key: object) -> str:
    """The words for a key of one vocabulary; what is not known is shown as it is."""
    if kind == "role":
        return str(Role(key).label) if key in Role.values else str(key)
    if kind == "place":
        return str(InstitutionRole(key).label) if key in InstitutionRole.values else str(key)
    if kind == "call":
        return str(CallState(str(key)).label)
    if kind == "sketch":
        return str(Finding(str(key)).label) if key else _("not compared")
    tables: dict[str, dict[str, str | Promise]] = {
        "link": LINKS,
        "training": TRAINING,
        "run": RUN_STATES,
        "column": COLUMNS,
        "fact": FACTS,
    }
    return str(tables[kind].get(str(key), key))
