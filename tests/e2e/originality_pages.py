"""What a figure means, and reports: of a sparse multimodal model with a reused encoder, of nothing, of no comparison."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.urls import reverse

from originality.models import Comparison
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.code_runs import make_code_run
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.originality_reports import finish
from tests.factories.programmes import make_phase
from tests.factories.self_checks import make_self_check, stored_upload
from tests.factories.submission_runs import report_run
from tests.factories.submissions import handed_in
from tests.factories.traces import forged_report, logs_of, make_trace

EXPLAIN = "/originality/explain/"


def pages() -> Iterator[Page]:
    yield Page("explain", EXPLAIN)
    yield Page("explain-answer", f"{EXPLAIN}?figure=0.968&kind=norm")
    yield Page("explain-refused", f"{EXPLAIN}?figure=96.8%25&kind=norm", status=422)
    yield from _reports()
    yield from _self_checks()
    yield from _curves()
    yield from _findings()
    yield from _code()


def _reports() -> Iterator[Page]:
    team = make_user("team", name="가람 제출 담당")
    entry = make_entry(make_phase("receiving"), consortium=make_consortium(manager=team))
    row = report_run(handed_in(entry, Path(tempfile.mkdtemp())).submission)
    waiting = make_self_check(entry.consortium, Path(tempfile.mkdtemp()) / "waiting").run
    yield Page("originality-waiting", reverse("originality:report", kwargs={"report": waiting.pk}), team)
    run = finish(row.originality)
    found, nothing, none = Comparison.objects.filter(run=run).order_by("pk")
    yield Page("originality-run", reverse("submissions:run", kwargs={"run": row.pk}), team)
    yield Page("originality-report", reverse("originality:report", kwargs={"report": run.pk}), team)
    for name, comparison in (("found", found), ("nothing", nothing), ("none", none)):
        at = {"report": run.pk, "reference": comparison.reference_id}
        yield Page(f"originality-{name}", reverse("originality:comparison", kwargs=at), team)
    at = {"report": run.pk, "reference": found.reference_id}
    yield Page("originality-layers", reverse("originality:layers", kwargs=at), team)


def _self_checks() -> Iterator[Page]:
    team, folder = make_user("team", name="먼바다 제출 담당"), Path(tempfile.mkdtemp())
    fresh, busy, done = (make_consortium(manager=team) for _ in range(3))
    stored_upload(fresh, folder / "fresh", label="3단계 끝")
    make_self_check(busy, folder / "busy", label="학습률을 낮춘 판")
    finish(make_self_check(done, folder / "done", label="제출 전 확인").run)
    for name, consortium in (("ask", fresh), ("busy", busy), ("done", done)):
        yield Page(
            f"self-checks-{name}", reverse("submissions:self-checks", kwargs={"consortium": consortium.pk}), team
        )


def million() -> Iterator[Page]:
    """A run of a million steps, for tests/e2e/test_curves.py."""
    yield from _curves(1_000_000)


def _curves(points: int = 20_000) -> Iterator[Page]:
    """A run, and its names, which its team may correct."""
    team = make_user("team", name="윤슬 제출 담당")
    entry = make_entry(make_phase("closed"), consortium=make_consortium(manager=team))
    run = make_trace(entry, logs=logs_of(points))
    at = {"trace": run.pk}
    yield Page("curves", reverse("originality:curves", kwargs=at), team)
    yield Page("curve-names", reverse("originality:names", kwargs=at), team)


def _findings() -> Iterator[Page]:
    team = make_user("team", name="다솔 제출 담당")
    other = make_entry(make_phase("closed"), consortium=make_consortium(manager=team))
    forged = make_trace(other, logs=logs_of(600), report=forged_report())
    yield Page("trace-findings", reverse("originality:trace", kwargs={"trace": forged.pk}), team)


def _code() -> Iterator[Page]:
    """Training code taken over under other names, and one passage of it."""
    team = make_user("team", name="아라 제출 담당")
    run = make_code_run(make_entry(make_phase("closed"), consortium=make_consortium(manager=team)))
    yield Page("code", reverse("originality:code", kwargs={"code": run.pk}), team)
    yield Page("code-passage", reverse("originality:passage", kwargs={"code": run.pk, "file": 0, "passage": 0}), team)
