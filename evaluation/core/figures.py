"""One figure of a task, as the harness gave it or as a judgement after it; free of the harness's libraries."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from evaluation.core.scoring import Scored
from evaluation.core.suites import Task
from evaluation.core.tasks import HIGHER_IS_BETTER


class Metric(NamedTuple):
    """One figure. `value` and `stderr` are decimal text with every digit the harness gave; no stderr is ""."""

    task: str
    metric: str
    value: str
    stderr: str
    n: int
    higher_is_better: bool


def with_verdicts(
    task: Task, samples: Sequence[Mapping[str, Any]], scored: Scored
) -> tuple[list[Metric], list[dict[str, Any]]]:
    """Figures of a scoring after the harness, and the samples with what it said of each."""
    verdicts = {verdict.doc_id: verdict for verdict in scored.verdicts}
    judged = [
        dict(sample) | dict(verdicts[int(sample["doc_id"])].values) | {"reason": verdicts[int(sample["doc_id"])].reason}
        for sample in samples
    ]
    metrics = [
        Metric(
            task.name,
            figure.metric,
            decimal(figure.value),
            "" if figure.stderr is None else decimal(figure.stderr),
            figure.n,
            HIGHER_IS_BETTER[figure.metric],
        )
        for figure in scored.figures
    ]
    return metrics, judged


def decimal(value: float) -> str:
    """All digits, no exponent.

    >>> decimal(0.34375), decimal(1e-07)
    ('0.34375', '0.0000001')
    """
    return format(Decimal(repr(float(value))), "f")
