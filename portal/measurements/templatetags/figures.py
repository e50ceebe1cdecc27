"""Ways into the pages of runs and comparisons, for templates of the apps above. `{% load figures %}`."""

from typing import NamedTuple

from django import template
from django.http import HttpRequest
from django.urls import reverse

from evaluation.registry import answers_place
from portal.common.viewer import ANONYMOUS, Viewer, viewer_of
from portal.measurements.models import PairedComparison
from portal.measurements.run_policies import compares
from portal.programmes.models import Phase
from portal.submissions.models import Submission
from portal.submissions.selectors.counting import run_of, standings_of

register = template.Library()


class SuiteLine(NamedTuple):
    """One suite on a hand-in: the state of the run that counts or was asked for last, and what can be opened of it."""

    suite: str
    state: str
    standing: str
    figures: str
    answers: str
    runs: int


def _viewer(context: template.Context) -> Viewer:
    request: HttpRequest | None = context.get("request")
    return viewer_of(request) if request is not None else ANONYMOUS


@register.simple_tag(takes_context=True)
def suite_lines(context: template.Context, submission: int | None) -> list[SuiteLine]:
    row = Submission.objects.filter(pk=submission or 0).select_related("entry__phase").first()
    viewer, lines = _viewer(context), []
    for found in standings_of(row) if row else []:
        shown, standing = next((pair for pair in found.rows if pair[0] == found.counting), found.rows[-1])
        run = run_of(shown)
        figures = reverse("measurements:reruns", kwargs={"benchmark": run.pk})
        state = run.job.get_state_display()
        lines.append(
            SuiteLine(found.suite, state, str(standing.label), figures, answers_place(viewer, run), len(found.rows))
        )
    return lines


@register.simple_tag
def trajectory_place(submission: int | None) -> str:
    """The scores over checkpoints, where there are any."""
    row = Submission.objects.filter(pk=submission or 0, trajectory__isnull=False).first()
    return reverse("measurements:checkpoints", args=[row.pk]) if row else ""


@register.simple_tag(takes_context=True)
def comparison_place(context: template.Context, phase: Phase) -> str:
    """The comparison of entries, where it is open to the reader and there is one."""
    made = PairedComparison.objects.filter(phase=phase, document__isnull=False).exists()
    opened = made and compares(_viewer(context), phase.pk).allowed
    return reverse("measurements:comparison", args=[phase.pk]) if opened else ""
