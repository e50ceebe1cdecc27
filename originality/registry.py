"""What apps above know of a run: who may see it, and where it belongs. Here a run is only a run.

An app registers its answers in its `ready`. Without any, nobody sees a report.
"""

from collections.abc import Callable
from typing import NamedTuple

from originality.models import CodeRun, OriginalityRun, TraceRun
from portal.common.viewer import Viewer


class Place(NamedTuple):
    """Where a run belongs: what its page is called after, and the page it is reached from."""

    label: str
    url: str


Run = OriginalityRun | TraceRun | CodeRun
Opening = Callable[[Viewer, Run], bool]
Placing = Callable[[Viewer, Run], Place | None]
Correcting = Callable[[Viewer, TraceRun], bool]
_openings: list[Opening] = []
_placings: list[Placing] = []
_correctings: list[Correcting] = []


def register_opening(opening: Opening) -> None:
    """Let `opening` open runs; each registered rule alone suffices."""
    if opening not in _openings:
        _openings.append(opening)


def register_placing(placing: Placing) -> None:
    if placing not in _placings:
        _placings.append(placing)


def register_correcting(correcting: Correcting) -> None:
    """Let `correcting` say whose logs they are and whether their names may be corrected now; each rule alone suffices."""
    if correcting not in _correctings:
        _correctings.append(correcting)


def is_open(viewer: Viewer, run: Run) -> bool:
    return any(opening(viewer, run) for opening in _openings)


def place_of(viewer: Viewer, run: Run) -> Place | None:
    """Return the first place that an app knows for this viewer."""
    return next((place for placing in _placings if (place := placing(viewer, run))), None)


def may_correct(viewer: Viewer, run: TraceRun) -> bool:
    return any(correcting(viewer, run) for correcting in _correctings)
