"""Held verdicts, objections before their panel, later decisions, the decision log, and what stands behind the figures."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from portal.review import actions
from portal.review.enums import Basis, Outcome
from tests.e2e.pages import Page
from tests.factories.review import Scene, ruleset_document
from tests.review.deciding import decision_on, later, notified, referred_appeal, reopened

OPEN = {"public": "final", "own_consortium": "final", "other_consortia": "final", "auditor": "final"}


def path(name: str, **kwargs: int | str) -> str:
    return reverse(name, kwargs=kwargs)


def pages() -> Iterator[Page]:
    yield from _held()
    yield from _objected()
    yield from _final()


def _held() -> Iterator[Page]:
    scene = Scene()
    scene.tally()
    entry, officer = scene.entries[2], scene.officer
    held = actions.hold_entry(entry, reason="가중치의 출처를 더 확인한다.", held_by=officer)
    due = timezone.now() + timedelta(days=3)
    actions.ask_question(entry, text="0단계 체크포인트는 어디에 있습니까?", due_at=due, asked_by=officer)
    references = [{"reference": "run 7", "note": "초기화 직후의 값"}]
    actions.add_evidence(held, text="학습 기록과 체크포인트를 대조했다.", references=references, added_by=officer)
    yield Page("hold", path("ops:hold", phase_id=scene.phase.pk, entry_id=scene.entries[0].pk), officer)
    yield Page("hold-round", path("ops:verification", verification_id=held.pk), officer)
    yield Page("hold-entry", path("ops:entry", phase_id=scene.phase.pk, entry_id=entry.pk), officer)
    yield Page("hold-team", path("review:verification", verification_id=held.pk), scene.members[2])
    yield Page("hold-matters", path("review:matters", entry_id=entry.pk), scene.members[2])


def _objected() -> Iterator[Page]:
    scene = Scene()
    scene.notify()
    appeal = referred_appeal(scene)
    member = appeal.panel.seats.first().user
    scene.meeting(panel=appeal.panel)
    yield Page("appeal-desk", path("review:home"), member)
    yield Page("appeal-case", path("review:appeal", appeal_id=appeal.pk), member)
    yield Page("appeal-referred", path("ops:appeal", appeal_id=appeal.pk), scene.officer)
    yield Page("appeal-ruling", path("ops:appeal", appeal_id=appeal.pk), scene.decider)


def _final() -> Iterator[Page]:
    scene = Scene(document={**ruleset_document(), "disclosure": {"weight_sensitivity": OPEN}})
    scene.notify()
    reopened(scene)
    first = decision_on(scene, 0)
    stay = notified(scene, later(scene, first, Outcome.STAY, Basis.COURT))
    entry = scene.entries[2]
    older = entry.notices.filter(kind="result").order_by("pk")[0]
    type(scene.phase).objects.filter(pk=scene.phase.pk).update(state="final")
    yield Page("later-decision", path("ops:decision", decision_id=stay.pk), scene.officer)
    yield Page("stayed-decision", path("ops:decision", decision_id=first.pk), scene.officer)
    yield Page("reopened-round", path("ops:verification", verification_id=entry.verifications.get().pk), scene.officer)
    yield Page("reopened-result", path("review:result", entry_id=entry.pk), scene.members[2])
    yield Page("older-notice", path("review:notice", notice_id=older.pk), scene.members[2])
    yield Page("final-log", path("ops:decision_log", slug=scene.phase.programme.slug), scene.officer)
    yield Page("sensitivity", path("review:sensitivity", phase_id=scene.phase.pk))
    yield Page("trace-staff", path("review:trace", entry_id=scene.entries[0].pk), scene.auditor)
    yield Page("trace-team", path("review:trace", entry_id=scene.entries[0].pk), scene.members[0])
