"""Front page, rounds and releases in every state, information pages, and the staff's release pages."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from portal.results.enums import State
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.releases import make_release
from tests.factories.result_rules import ruleset_document
from tests.factories.results import auditor_bundle
from tests.factories.review import make_phase

DEMONSTRATION = {
    "finished": None,
    "steps": [
        {"name_ko": "규칙을 공개하고 동결", "name_en": "Freeze the rules", "state": "done", "note_ko": "SHA-256 1f2e…", "note_en": "SHA-256 1f2e…"},
        {"name_ko": "모델 학습", "name_en": "Train the models", "state": "running", "note_ko": "", "note_en": ""},
        {"name_ko": "공표와 재계산", "name_en": "Release and replay", "state": "waiting", "note_ko": "", "note_en": ""},
    ],
}  # fmt: skip


def pages() -> Iterator[Page]:
    officer, auditor = make_user("officer"), make_user("auditor")
    (Path(settings.VAR_DIR) / "demonstration.json").write_text(json.dumps(DEMONSTRATION), encoding="utf-8")
    published = make_release(phase=_phase("notified", "2차 단계평가", "Phase 2"))
    corrected = make_release(State.CORRECTED, phase=_phase("final", "1차 단계평가", "Phase 1"))
    make_release(State.CONFIRMED, phase=corrected.phase, corrects=corrected, auditor=auditor_bundle(seed=8))
    averages = make_release(phase=_phase("objection", "예비 단계평가", "Preliminary phase"), auditor=_averages_only())
    awaited = make_release(State.COMMITTED, phase=_phase("decided", "3차 단계평가", "Phase 3"), embargo_until=_later())
    prepared = make_release(State.PREPARED, phase=_phase("decided", "4차 단계평가", "Phase 4"))
    none_yet = _phase("receiving", "5차 단계평가", "Phase 5")
    round_url = f"/rounds/{published.phase.programme.slug}/{published.phase.slug}/"

    yield Page("home", "/")
    yield Page("rounds", "/rounds/")
    yield Page("round-provisional", round_url)
    yield Page("round-version", f"{round_url}v1/")
    yield Page("round-team-ranked", f"{round_url}v1/teams/A/")
    yield Page("round-team-ruled-out", f"{round_url}v1/teams/B/")
    yield Page("round-files", f"{round_url}v1/data/")
    yield Page("round-corrected", f"/rounds/{corrected.phase.programme.slug}/{corrected.phase.slug}/v1/")
    yield Page("round-confirmed", f"/rounds/{corrected.phase.programme.slug}/{corrected.phase.slug}/")
    yield Page("round-averages-only", f"/rounds/{averages.phase.programme.slug}/{averages.phase.slug}/")
    yield Page("round-team-averages-only", f"/rounds/{averages.phase.programme.slug}/{averages.phase.slug}/v1/teams/C/")
    yield Page("round-awaited", f"/rounds/{awaited.phase.programme.slug}/{awaited.phase.slug}/")
    yield Page("round-without-result", f"/rounds/{none_yet.programme.slug}/{none_yet.slug}/")
    for name in ("verify", "schedule", "contact", "sitemap"):
        yield Page(name, f"/{name}/")
    for name in ("privacy", "copyright", "accessibility"):
        yield Page(f"policy-{name}", f"/policies/{name}/")
    yield Page("ops-releases-empty", f"/ops/phases/{none_yet.pk}/releases/", officer)
    yield Page("ops-releases", f"/ops/phases/{prepared.phase_id}/releases/", officer)
    yield Page("ops-release-prepared", f"/ops/releases/{prepared.pk}/", officer)
    yield Page("ops-release-committed", f"/ops/releases/{awaited.pk}/", auditor)
    yield Page("ops-release-provisional", f"/ops/releases/{published.pk}/", officer)
    yield Page("ops-release-preview", f"/ops/releases/{prepared.pk}/preview/", officer)


def _phase(state: str, name_ko: str, name_en: str):
    phase = make_phase(state, document=ruleset_document())
    phase.name_ko, phase.name_en = name_ko, name_en
    phase.save(update_fields=["name_ko", "name_en"])
    return phase


def _averages_only():
    subjects = ("winners", "averages", "best_points", "gate_rulings")
    document = ruleset_document(disclosure={key: {"public": "notified"} for key in subjects})
    return auditor_bundle(ruleset=document)


def _later():
    return timezone.now() + timedelta(days=2, hours=3)
