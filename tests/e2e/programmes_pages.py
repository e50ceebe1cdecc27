"""Public pages of programmes and rules, and the officer's pages of a phase."""

from collections.abc import Iterator
from datetime import timedelta

from portal.common.viewer import viewer_of_user
from portal.programmes.actions import change_deadline, load_programme
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.programmes import PROGRAMMES, make_call, make_phase, make_programme


def pages() -> Iterator[Page]:
    officer, auditor = make_user("officer"), make_user("auditor")
    year = load_programme(PROGRAMMES / "dokja-2026.yaml")
    draft = year.phases.get(number=1)
    programme = make_programme(slug="walk", name_ko="독자 AI 시험 사업", name_en="Test programme of the walk")
    phase = make_phase("receiving", programme=programme)
    change_deadline(
        phase,
        closes_at=phase.closes_at + timedelta(hours=56),
        reason="평가 환경 장애로 56시간 연장",
        actor=viewer_of_user(officer),
    )
    make_call(phase, state="open")
    make_call(phase, state="judged", seats=2)
    rules = f"/programmes/{programme.slug}/rules/{phase.ruleset.version}/"

    yield Page("programmes", "/programmes/")
    yield Page("programme", f"/programmes/{programme.slug}/")
    yield Page("programme-in-preparation", f"/programmes/{year.slug}/")
    yield Page("rules", rules)
    yield Page("rules-draft", f"/programmes/{year.slug}/rules/1/", officer)
    yield Page("rules-draft-phase2", f"/programmes/{year.slug}/rules/2/", officer)
    yield Page("ops-programmes", "/ops/programmes/", officer)
    yield Page("ops-programme-phase", f"/ops/programmes/{phase.slug}/", officer)
    yield Page("ops-programme-phase-read", f"/ops/programmes/{phase.slug}/", auditor)
    yield Page("ops-programme-phase-draft", f"/ops/programmes/{draft.slug}/", officer)
    yield Page("ops-programme-rules", f"/ops/programmes/{draft.slug}/rules/", officer)
    yield Page("ops-programme-freeze", f"/ops/programmes/{draft.slug}/freeze/", officer)
    yield Page("ops-programme-freeze-done", f"/ops/programmes/{phase.slug}/freeze/", officer)
    yield Page("ops-programme-deadline", f"/ops/programmes/{phase.slug}/deadline/", officer)
