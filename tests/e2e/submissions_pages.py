"""A team's pages: home, draft before and after the upload, handed in, receipt, evidence and a run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from portal.submissions.actions import open_draft
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.submission_runs import report_run
from tests.factories.submissions import ACTOR, complete_draft, handed_in


def pages() -> Iterator[Page]:
    newcomer, team = make_user("team"), make_user("team", name="가람 제출 담당")
    consortium, folder = make_consortium(manager=team), Path(tempfile.mkdtemp())
    empty = open_draft(make_entry(make_phase("receiving"), consortium=consortium), actor=ACTOR)
    whole = complete_draft(make_entry(make_phase("receiving"), consortium=consortium), folder)
    receipt = handed_in(make_entry(make_phase("receiving"), consortium=consortium), folder)
    run = report_run(receipt.submission)

    yield Page("team-home-empty", "/team/", newcomer)
    yield Page("team-home", "/team/", team)
    yield Page("handin-empty", f"/team/submissions/{empty.pk}/", team)
    yield Page("handin-ready", f"/team/submissions/{whole.pk}/", team)
    yield Page("handin-done", f"/team/submissions/{receipt.submission_id}/", team)
    yield Page("handin-withdraw", f"/team/submissions/{receipt.submission_id}/withdraw/", team)
    yield Page("receipt", f"/team/receipts/{receipt.number}/", team)
    yield Page("evidence-waiting", f"/team/submissions/{receipt.submission_id}/evidence/", team)
    yield Page("run-waiting", f"/team/runs/{run.pk}/", team)
