"""Reported scores: a draw whose figure was not reproduced, concluded by the office, and a team that reports."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.urls import reverse

from portal.common.viewer import viewer_of_user
from portal.measurements.actions import reproducing
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.consortia import make_entry
from tests.factories.reported import member_of, reported, reporting_phase, settled, with_logs


def pages() -> Iterator[Page]:
    officer = make_user("officer", name="사업 담당 9")
    row = settled(Path(tempfile.mkdtemp()), by=viewer_of_user(officer), reproduced=20)
    entry = row.figure.report.entry
    reproducing.explain_difference(row, text="공지된 것과 다른 프롬프트를 썼다.", by=member_of(entry))
    decider = make_user("decider", name="평가단장 9")
    yield Page("reported-conclusion", reverse("ops_measurements:reproduction", args=[row.pk]), decider)
    fresh = make_entry(reporting_phase())
    reported(fresh, with_logs(fresh, Path(tempfile.mkdtemp())))
    user = fresh.consortium.memberships.get(role="manager").user
    yield Page("reported-report", reverse("measurements:report", args=[fresh.pk, "benchmark.index"]), user)
