"""Figures of benchmark runs: the answers to single items, and entries compared item by item."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.urls import reverse

from evaluation.core.compare import comparison
from evaluation.models import EvaluationRun
from portal.artifacts.actions import open_made
from portal.common.formats.canonical import digest_of
from portal.measurements.actions.comparing_entries import compare_sealed, metrics_of
from portal.measurements.models import PairedComparison
from portal.measurements.paired_jobs import seed_of
from portal.programmes.models import Phase
from tests.e2e.pages import Page
from tests.factories.consortia import make_entry
from tests.factories.dossiers import Verified
from tests.factories.measured import make_measured_suite, measured
from tests.factories.submissions import handed_in


def pages() -> Iterator[Page]:
    scene = Verified(folder=Path(tempfile.mkdtemp()))
    suite, phase = make_measured_suite(items=30), scene.phase
    row = measured(scene.entry, suite, seed=1, skill=0.9)
    _rivals(phase, suite)
    Phase.objects.filter(pk=phase.pk).update(state="sealed")
    compare_sealed()
    for made in PairedComparison.objects.all():
        _write(made)
    yield Page("figures-answers", reverse("measurements:answers", args=[row.run.pk]), scene.seat.user)
    yield Page("figures-comparison", reverse("measurements:comparison", args=[phase.pk]), scene.officer)


def _rivals(phase, suite) -> None:
    Phase.objects.filter(pk=phase.pk).update(state="receiving")
    for seed, skill in ((2, 0.4), (3, 0.8)):
        entry = make_entry(phase)
        handed_in(entry, Path(tempfile.mkdtemp()), seed=seed)
        measured(entry, suite, seed=seed, skill=skill)


def _write(row: PairedComparison) -> None:
    """What the job of the comparison does, here and now."""
    folder = Path(tempfile.mkdtemp())
    files = {}
    for number, (code, frozen) in enumerate(row.inputs["runs"].items()):
        files[code] = f"{number}.gz"
        with open_made(EvaluationRun.objects.get(pk=frozen["run"]).samples) as file:
            (folder / files[code]).write_bytes(file.read())
    spec = {"seed": seed_of(row), "resamples": 500, "metrics": metrics_of(row.suite), "runs": files}
    document = comparison(spec, folder=folder)
    PairedComparison.objects.filter(pk=row.pk).update(document=document, digest=digest_of(document))
