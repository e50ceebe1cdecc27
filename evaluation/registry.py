"""What apps above know of a run: where its answers are read. Here a run is only a run.

An app registers its answer in its `ready`. Without any, no page links to the answers.
"""

from collections.abc import Callable

from evaluation.models import EvaluationRun
from portal.common.viewer import Viewer

Placing = Callable[[Viewer, EvaluationRun], str]
_placings: list[Placing] = []


def register_answers(placing: Placing) -> None:
    """Let `placing` name the page of a run's answers; "" for whoever may not read them."""
    if placing not in _placings:
        _placings.append(placing)


def answers_place(viewer: Viewer, run: EvaluationRun) -> str:
    """Return the first page that an app knows for this viewer, or ""."""
    return next((place for placing in _placings if (place := placing(viewer, run))), "")
