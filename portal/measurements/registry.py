"""What apps above open of measurements: the panel's evidence, the comparison of teams, what is public.

An app registers its rules in its `ready`. Without any, answers are the own team's and comparisons are nobody's.
"""

from collections.abc import Callable

from portal.common.access import UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.programmes.models import Phase
from portal.submissions.models import Submission

Reading = Callable[[Viewer, Submission], Verdict]
Comparing = Callable[[Viewer, Phase], Verdict]
_readings: list[Reading] = []
_comparings: list[Comparing] = []


def register_reading(rule: Reading) -> None:
    """Let `rule` open the evidence on a hand-in; each registered rule alone suffices."""
    if rule not in _readings:
        _readings.append(rule)


def register_comparing(rule: Comparing) -> None:
    """Let `rule` open the comparison of a phase's entries; each registered rule alone suffices."""
    if rule not in _comparings:
        _comparings.append(rule)


def reads_evidence(viewer: Viewer, submission: Submission) -> Verdict:
    return _widest([rule(viewer, submission) for rule in _readings])


def reads_comparison(viewer: Viewer, phase: Phase) -> Verdict:
    return _widest([rule(viewer, phase) for rule in _comparings])


def _widest(verdicts: list[Verdict]) -> Verdict:
    """Allowed where one allows; else what one knows to open later; else hidden."""
    return next(
        (found for found in verdicts if found.allowed), next((found for found in verdicts if found.exists), UNKNOWN)
    )
