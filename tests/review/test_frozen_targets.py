"""The target of a measurement is the one that was frozen with the team's proposal."""

import pytest

from portal.consortia import actions as proposals
from portal.review import actions
from portal.review.actions import OutsideFigure
from portal.review.errors import NotPossible
from portal.review.models import OutsideResult
from portal.review.selectors.tallies import tally_input
from tests.factories.accounts import make_user
from tests.factories.consortia import make_entry
from tests.factories.programmes import make_phase, make_programme, make_ruleset
from tests.factories.review import outside_document, ruleset_document
from tests.factories.rules import acting, propose_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    """Points = own ÷ target, and entry A's target was frozen at 80.5."""
    document = ruleset_document()
    document["parts"][1]["formula"] = {"points": "own_over_target", "cap": "1"}
    programme = make_programme()
    phase = make_phase("receiving", programme=programme, ruleset=make_ruleset(programme, document=document))
    entry, _other = make_entry(phase), make_entry(phase)
    officer = acting("officer")
    found = proposals.open_proposals(phase, actor=officer)
    propose_target(entry, score="80.5")
    proposals.move_proposals(found, "close", actor=officer)
    proposals.freeze_proposals(found, actor=acting("decider"))
    phase.state = "scoring"
    phase.save()
    return entry


def enter(entry, *, target=""):
    figure = OutsideFigure("benchmark", "index", "72", outside_document(entry.phase), target=target)
    officer = make_user("officer")
    row = actions.enter_outside_result(entry, figure=figure, entered_by=officer)
    OutsideResult.objects.filter(pk=row.pk).update(confirmed_by=make_user("officer"))


def test_the_frozen_target_stands_in_the_tally(entry):
    enter(entry)
    assert [(row["value"], row["target"]) for row in tally_input(entry.phase)["measurements"]] == [("72", "80.5")]


def test_a_document_may_repeat_it_and_brings_no_other(entry):
    with pytest.raises(NotPossible, match=r"80\.5"):
        enter(entry, target="70")
    enter(entry, target="80.50")
    assert tally_input(entry.phase)["measurements"][0]["target"] == "80.50"


def test_a_team_without_a_frozen_target_has_none(entry):
    enter(entry.phase.entries.get(code="B"))
    assert tally_input(entry.phase)["measurements"][0]["target"] is None
