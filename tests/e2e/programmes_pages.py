"""Public pages of programmes and rules, and the officer's pages of a phase."""

from collections.abc import Iterator
from datetime import timedelta

from portal.common.viewer import viewer_of_user
from portal.programmes import editing
from portal.programmes.actions import change_deadline, load_programme, save_draft
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.programmes import PROGRAMMES, make_call, make_phase, make_programme, make_ruleset, rules_document


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
    second = make_ruleset(programme, document=rules_document("dokja-2026-phase2"))
    written = [make_phase(programme=programme, slug=f"walk-text-{name}") for name in ("stands", "fails")]
    text = editing.shipped()["dokja-2026-phase1"]
    texts = (text, text.replace("max: 15", "max: -5"))
    for row, text in zip(written, texts, strict=True):
        save_draft(row, text=text, revision=0, actor=viewer_of_user(officer))
    rehearsal = make_phase("rules_frozen", programme=programme, is_rehearsal=True)

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
    yield Page("rules-side-by-side", f"{rules}to/{second.version}/")
    yield Page("ops-programme-new", "/ops/programmes/new/", officer)
    yield Page("ops-programme-edit", f"/ops/programmes/of/{programme.slug}/edit/", officer)
    yield Page("ops-phase-new", f"/ops/programmes/of/{programme.slug}/phases/new/", officer)
    yield Page("ops-phase-edit", f"/ops/programmes/{draft.slug}/edit/", officer)
    yield Page("ops-phase-edit-late", f"/ops/programmes/{phase.slug}/edit/", officer)
    yield Page("ops-rules-stand", f"/ops/programmes/{written[0].slug}/rules/", officer)
    yield Page("ops-rules-fail", f"/ops/programmes/{written[1].slug}/rules/", officer)
    yield Page("ops-rules-frozen", f"/ops/programmes/{phase.slug}/rules/", officer)
    yield Page("ops-rehearsal", f"/ops/programmes/{rehearsal.slug}/", officer)
