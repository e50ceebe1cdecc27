"""Evidence that a run could have and does not: said in the report, and never held against anybody by a check."""

from originality.core.trace.facts import Facts
from originality.core.trace.measures import Measures
from originality.core.trace.model import Logs

OF_LOGS = {
    "loss": "the logs have no training loss",
    "validation_loss": "the logs have no validation loss",
    "learning_rate": "the logs have no learning rate",
    "grad_norm": "the logs have no gradient norm",
    "tokens": "the logs count no tokens",
    "throughput": "the logs have no throughput",
}


def missing_evidence(logs: Logs, facts: Facts, measures: Measures) -> list[str]:
    """Return sentences in one order: declaration, checkpoints, deposits, logs, measurements."""
    return [*_of_facts(facts), *_of_chain(facts), *_of_logs(logs), *_of_measures(facts, measures)]


def _of_facts(facts: Facts) -> list[str]:
    declared = facts.declaration
    if declared is None:
        return ["there is no training declaration"]
    open_rows = (
        (declared.optimiser is None, "the optimiser is not declared"),
        (declared.schedule is None, "the schedule of the learning rate is not declared"),
        (not declared.init, "how the weights were drawn is not declared"),
        (declared.batch_tokens is None, "the tokens of a batch are not declared"),
        (not declared.parameters and not declared.active_parameters, "the size of the model is not declared"),
    )
    return [sentence for is_open, sentence in open_rows if is_open]


def _of_chain(facts: Facts) -> list[str]:
    held = [link for link in facts.chain if link.role != "deposited"]
    between = [link for link in held if link.role == "intermediate"]
    rows = (
        (not any(link.role == "initial" for link in held), "there is no checkpoint of step 0"),
        (not between, "there are no checkpoints between the first and the last step"),
        (any(link.step is None for link in held), "a checkpoint has no step"),
        (not facts.deposits, "no digest was deposited while training ran"),
        (
            bool(facts.deposits) and not any(row.log_digest for row in facts.deposits),
            "no digest of a log was deposited",
        ),
        (not facts.grants, "no granted hours of cards are known"),
    )
    return [sentence for is_open, sentence in rows if is_open]


def _of_logs(logs: Logs) -> list[str]:
    found = [sentence for name, sentence in OF_LOGS.items() if name not in logs.series]
    if logs.series and not any(bool((series.time > 0).any()) for series in logs.series.values()):
        found.append("the logs carry no times")
    if logs.faults_total:
        found.append("a part of the logs could not be read")
    return found


def _of_measures(facts: Facts, measures: Measures) -> list[str]:
    several = sum(1 for link in facts.chain if link.role != "deposited") > 1
    rows = (
        (several and not measures.legs, "the ways from checkpoint to checkpoint were not measured"),
        (bool(facts.chain) and not measures.losses, "no checkpoint was measured on withheld text"),
        (several and not measures.scores, "no benchmark was measured along the checkpoints"),
    )
    return [sentence for is_open, sentence in rows if is_open]
