"""A team's pages: home, draft before and after the upload, handed in, receipt, evidence and a run."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from portal.submissions.actions import add_upload, open_draft
from portal.submissions.enums import Role, State
from portal.submissions.models import Submission
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.artifacts import declare
from tests.factories.code_runs import make_code_run
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.contamination_runs import overlap_run
from tests.factories.findings import report_on
from tests.factories.programmes import make_phase
from tests.factories.submission_runs import report_run
from tests.factories.submissions import (
    ACTOR,
    complete_draft,
    declared_checkpoint,
    graceful_entry,
    handed_in,
    handed_in_ahead,
)


def pages() -> Iterator[Page]:
    newcomer, team = make_user("team"), make_user("team", name="가람 제출 담당")
    consortium, folder = make_consortium(manager=team), Path(tempfile.mkdtemp())
    empty = open_draft(make_entry(make_phase("receiving"), consortium=consortium), actor=ACTOR)
    whole = complete_draft(make_entry(make_phase("receiving"), consortium=consortium), folder)
    receipt = handed_in(make_entry(make_phase("receiving"), consortium=consortium), folder)
    run = report_run(receipt.submission)

    entry = graceful_entry(grace_hours=48, consortium=consortium)
    ahead = handed_in_ahead(entry, folder)
    lapsed = handed_in_ahead(graceful_entry(grace_hours=48, consortium=consortium), folder)
    Submission.objects.filter(pk=lapsed.submission_id).update(state=State.LAPSED)
    filling = open_draft(make_entry(make_phase("receiving"), consortium=consortium), actor=ACTOR)
    add_upload(filling, role=Role.CHECKPOINT, upload=declared_checkpoint(entry, folder, seed=3), actor=ACTOR)
    declare({"train.log": b"step 0\n"}, owner=consortium.account_key, part_size=8 << 20)
    number = {"number": ahead.number, "digest": ahead.digest}

    yield Page("team-home-empty", "/team/", newcomer)
    yield Page("team-home", "/team/", team)
    yield Page("handin-empty", f"/team/submissions/{empty.pk}/", team)
    yield Page("handin-ready", f"/team/submissions/{whole.pk}/", team)
    yield Page("declare-components", f"/team/submissions/{whole.pk}/components/", team)
    yield Page("declare-training", f"/team/submissions/{whole.pk}/training/", team)
    yield Page("handin-done", f"/team/submissions/{receipt.submission_id}/", team)
    yield Page("handin-withdraw", f"/team/submissions/{receipt.submission_id}/withdraw/", team)
    yield Page("receipt", f"/team/receipts/{receipt.number}/", team)
    yield Page("handin-declared", f"/team/submissions/{filling.pk}/", team)
    yield Page("handin-awaiting", f"/team/submissions/{ahead.submission_id}/", team)
    yield Page("handin-lapsed", f"/team/submissions/{lapsed.submission_id}/", team)
    yield Page("receipt-ahead", f"/team/receipts/{ahead.number}/", team)
    yield Page("ops-storage", "/ops/storage/", make_user("officer"))
    yield Page("verify-receipt", "/verify/receipt/")
    yield Page("verify-receipt-valid", f"/verify/receipt/?{urlencode(number)}")
    yield Page("verify-receipt-changed", f"/verify/receipt/?{urlencode({**number, 'digest': '0' * 64})}")
    yield Page("evidence-waiting", f"/team/submissions/{receipt.submission_id}/evidence/", team)
    other = make_user("team", name="한결 제출 담당")
    compared = report_on(make_entry(make_phase("closed"), consortium=make_consortium(manager=other)), levels=(2, 0))
    make_code_run(compared.submission.entry)
    yield Page("declared-found", f"/team/submissions/{compared.submission_id}/declared/", other)
    yield Page("run-waiting", f"/team/runs/{run.pk}/", team)
    yield Page("run-overlap", f"/team/runs/{overlap_run(receipt.submission).pk}/", team)
