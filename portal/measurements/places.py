"""Where the answers of a run are read, for components of the apps below."""

from django.urls import reverse

from evaluation.models import EvaluationRun
from portal.common.viewer import Viewer
from portal.measurements.run_policies import open_tasks
from portal.measurements.selectors.answers import stored_answers


def answers_of(viewer: Viewer, run: EvaluationRun) -> str:
    """The page of the answers, for whoever may open it now; "" before there are any."""
    if not stored_answers(run) or not open_tasks(viewer, run):
        return ""
    return reverse("measurements:answers", kwargs={"benchmark": run.pk})
