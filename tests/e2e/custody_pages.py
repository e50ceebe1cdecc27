"""Custody: a phase with deposits, a draw, a missed call and its reply, holds, and a destruction in each state."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from portal.artifacts.actions import materialise
from portal.common.viewer import viewer_of_user
from portal.custody import actions
from portal.custody.models import CalledCheckpoint
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.consortia import make_entry
from tests.factories.custody import deposit, drawn, make_due, member_of
from tests.factories.programmes import make_phase
from tests.factories.submissions import handed_in, receiving_entry


def pages() -> Iterator[Page]:
    officer, decider = make_user("officer", name="사업 담당 7"), make_user("decider", name="평가단장 7")
    by = viewer_of_user(officer)
    yield from _during(officer, by)
    yield from _after(officer, decider, by)
    yield Page("custody-public", reverse("checkpoints:home"))
    yield Page("custody-ops", reverse("ops_custody:home"), officer)


def _during(officer, by) -> Iterator[Page]:
    entry = receiving_entry()
    rival = make_entry(entry.phase)
    for step in range(1, 5):
        deposit(entry, step=step * 1000)
        deposit(rival, step=step * 500)
    draw = drawn(entry.phase, by=by, seats=2)
    call = CalledCheckpoint.objects.filter(deposit__entry=entry).first()
    CalledCheckpoint.objects.filter(pk=call.pk).update(due_at=timezone.now() - timedelta(hours=1))
    actions.lapse_calls()
    bundle = handed_in(entry, Path(tempfile.mkdtemp())).submission.items.get(role="checkpoint").bundle
    for purpose in ("benchmark", "originality"):
        materialise(bundle, Path(tempfile.mkdtemp()), reader="job:12", purpose=purpose)
    user = entry.consortium.memberships.get(role="manager").user
    yield Page("custody", reverse("custody:home"), user)
    yield Page("custody-reads", reverse("custody:reads", args=[entry.consortium.slug]), user)
    yield Page("custody-entry", reverse("custody:entry", args=[entry.pk]), user)
    yield Page("custody-call", reverse("custody:call", args=[call.pk]), user)
    yield Page("custody-public-draw", reverse("checkpoints:draw", args=[draw.pk]))
    other = CalledCheckpoint.objects.filter(deposit__entry=rival).first()
    CalledCheckpoint.objects.filter(pk=other.pk).update(due_at=timezone.now() - timedelta(hours=1))
    actions.lapse_calls()
    actions.reply_to_call(other, text="저장 장치가 고장 나 보내지 못했다.", by=member_of(rival))
    actions.commit_draw(entry.phase, seats=1, days=7, source="로또 1300회 당첨번호", by=by)
    yield Page("custody-ops-phase", reverse("ops_custody:phase", args=[entry.phase_id]), officer)
    yield Page("custody-ops-draw", reverse("ops_custody:draw", args=[entry.phase_id]), officer)
    yield Page("custody-ops-retention", reverse("ops_custody:retention", args=[entry.phase_id]), officer)


def _after(officer, decider, by) -> Iterator[Page]:
    phase = make_phase("receiving")
    first, second, third = (make_entry(phase) for _ in range(3))
    for entry in (first, second, third):
        handed_in(entry, Path(tempfile.mkdtemp()))
    make_due(phase, officer=by)
    rows = [actions.propose_destruction(entry, reason="보유 기간이 끝났다.", by=by) for entry in (first, second)]
    actions.place_hold(third, reason="행정소송이 계속 중이다.", by=by)
    actions.approve_destruction(rows[0], by=viewer_of_user(decider))
    actions.carry_out_destructions()
    user = first.consortium.memberships.get(role="manager").user
    yield Page("custody-destroyed", reverse("custody:destruction", args=[rows[0].pk]), user)
    yield Page("custody-ops-hold", reverse("ops_custody:entry", args=[third.pk]), officer)
    yield Page("custody-ops-destruction", reverse("ops_custody:destruction", args=[rows[1].pk]), decider)
    yield Page("custody-ops-destroyed", reverse("ops_custody:destruction", args=[rows[0].pk]), decider)
