"""The whole way through the served portal, by clicks and keys: from the rules to the published result.

With PORTAL_SHOTS=1 every station is kept as a picture in var/shots/way/.
"""

import os

import pytest

from tests.e2e.pagewalk import SHOTS, chromium
from tests.e2e.server import in_portal, portal
from tests.e2e.way import deciding, handing_in, opening, publishing, ruling, scoring
from tests.e2e.way.people import DECIDER, GARAM, NURI, OFFICER, REVIEWERS
from tests.e2e.way.stage import Stage

pytestmark = pytest.mark.browser

WORDS = {
    "ko": {"see": "결과 보기", "garam": "가람 컨소시엄", "nuri": "누리 컨소시엄"},
    "en": {"see": "See the result", "garam": "Garam consortium", "nuri": "Nuri consortium"},
}
# What people do wrong on this way, each answered on the page.
REFUSED = [
    "403 /ops/phases/N/tally/",
    "422 /ops/phases/N/decisions/",
    "422 /ops/programmes/demo-N/rules/",
    "422 /review/seats/N/declaration/",
    "422 /team/consortium/register/",
    "422 /team/submissions/N/submit/",
]


@pytest.fixture
def stage(tmp_path, new_portal):
    var = new_portal(tmp_path / "var")
    in_portal(var, "-m", "tests.e2e.way.people")
    shots = SHOTS / "way" if os.environ.get("PORTAL_SHOTS") else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, portal(var) as base:
        made = Stage(base, var, tmp_path, browser, shots)
        yield made
        made.close()


def test_a_phase_goes_from_the_rules_to_the_published_result(stage):
    officer, garam = stage.person("officer", email=OFFICER), stage.person("garam", email=GARAM)
    rules = opening.set_rules(stage, officer)
    handing_in.register(garam)
    handing_in.join(stage, garam)
    handing_in.enter(garam, rules=rules)
    token = handing_in.issue_token(garam)
    stage.others("nuri", str(stage.folder / "nuri"))
    handing_in.hand_in(stage, garam, token)

    scoring.close_receiving(officer)
    scoring.seat_panel(officer)
    reviewer = stage.person("reviewer", email=REVIEWERS[0])
    scoring.declare(reviewer)
    scoring.assign(stage, officer)
    scoring.score(stage, reviewer)

    decider, nuri = stage.person("decider", email=DECIDER), stage.person("nuri", email=NURI)
    ruling.enter_figures(officer)
    ruling.confirm_figures(decider)
    ruling.pass_gate(officer)
    ruling.doubt(officer)
    ruling.reply(nuri)
    ruling.uphold(officer)
    ruling.seal_and_tally(officer)

    deciding.draft(officer)
    deciding.endorse(officer)
    deciding.approve(decider)
    deciding.open_call(officer)
    deciding.notify(officer)
    deciding.read_result(garam)

    root = publishing.prepare(officer)
    publishing.approve(decider, root)
    publishing.publish(officer)
    for language, words in WORDS.items():
        public = stage.person(language, language="" if language == "ko" else "/en")
        publishing.read(public, root, words=words)
    publishing.recompute(public, root, stage.folder / "release")

    assert stage.troubles == []
    assert sorted({refusal for walker in stage.walkers for refusal in walker.refusals}) == REFUSED
