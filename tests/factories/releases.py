"""Releases in any state, over the documents of tests/factories/results.py or over a real phase."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.audit.actions import record, sign_current_checkpoint
from portal.programmes.models import Phase
from portal.results.bundle import build_public, seal
from portal.results.enums import AuditAction, State
from portal.results.models import Release, ReleaseContent
from portal.results.selectors.sources import name_of
from portal.review.models import Tally
from tests.factories.accounts import make_user
from tests.factories.result_rules import ruleset_document
from tests.factories.results import auditor_bundle
from tests.factories.review import Scene, make_phase
from tests.factories.review import ruleset_document as small_rules

ORDER = [State.PREPARED, State.COMMITTED, State.PROVISIONAL, State.CONFIRMED, State.CORRECTED]
_numbers = itertools.count(1)
OPEN = {"public": "notified"}


def make_release(
    state: State = State.PROVISIONAL,
    *,
    phase: Phase | None = None,
    auditor: dict[str, Any] | None = None,
    embargo_until: datetime | None = None,
    corrects: Release | None = None,
) -> Release:
    """A release of the invented teams A, B, C with its digest in the ledger."""
    phase = phase or make_phase("notified", document=ruleset_document())
    auditor = placed(auditor or auditor_bundle(), phase)
    now = timezone.now()
    release = Release.objects.create(
        phase=phase,
        tally=make_tally(phase, auditor),
        version=phase.releases.count() + 1,
        scope=auditor["release"]["scope"],
        state=state,
        corrects=corrects,
        reason="값 하나를 바로잡음" if corrects else "",
        embargo_until=embargo_until or now - timedelta(hours=1),
        prepared_by="system",
        committed_at=now - timedelta(hours=2) if ORDER.index(state) else None,
        published_at=max(now, embargo_until or now) if ORDER.index(state) > 1 else None,
    )
    ReleaseContent.objects.create(release=release, **seal(auditor, build_public(auditor))._asdict())
    if ORDER.index(state):
        with transaction.atomic():
            after = {"root": release.content.root}
            record(AuditAction.RELEASE_COMMITTED, actor="system", subject=f"release:{release.pk}", after=after)
        sign_current_checkpoint()
    return release


def placed(auditor: dict[str, Any], phase: Phase) -> dict[str, Any]:
    """The same bundle as the next version of this phase, with a secret of its own."""
    head = {
        **auditor["release"],
        "programme": {"slug": phase.programme.slug, "name": name_of(phase.programme)},
        "phase": {"slug": phase.slug, "number": phase.number, "name": name_of(phase)},
        "version": phase.releases.count() + 1,
    }
    return {**auditor, "secret": f"{next(_numbers):064x}", "release": head}


def make_tally(phase: Phase, auditor: dict[str, Any]) -> Tally:
    tally = auditor["tally"]
    return Tally.objects.create(
        phase=phase,
        version=phase.tallies.count() + 1,
        input=tally["input"],
        input_digest=tally["input_digest"],
        output=tally["output"],
        digest=tally["digest"],
        taken_by=make_user("officer"),
        taken_at=timezone.now(),
    )


def notified_scene(**options: Any) -> Scene:
    """Three teams scored, judged and told, by the real actions, under rules that open everything at the notice."""
    subjects = ("winners", "ranks", "totals", "part_points", "item_points", "averages", "best_points", "gate_rulings")
    scene = Scene(document={**small_rules(), "disclosure": dict.fromkeys(subjects, OPEN)}, **options)
    scene.notify()
    return scene
