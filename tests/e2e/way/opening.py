"""The officer sets the rules: a broken document is refused by the path of its fault, a sound one is frozen."""

import json

from playwright.sync_api import expect

from portal.common.formats.canonical import digest_of
from tests.e2e.way.stage import Stage
from tests.e2e.way.walker import Walker
from tests.factories.review import ruleset_document

PHASE = "Demonstration phase 1"
OPEN_AT_NOTICE = ("winners", "ranks", "totals", "part_points", "item_points", "gate_rulings")


def set_rules(stage: Stage, officer: Walker) -> str:
    """Returns the digest of the frozen rules."""
    document = {**ruleset_document(), "disclosure": {subject: {"public": "notified"} for subject in OPEN_AT_NOTICE}}
    broken = {**document, "parts": [document["parts"][0], {**document["parts"][1], "points": "30"}]}
    open_rules_page(officer)
    officer.shot("01-ops-phase")
    officer.korean("01-ops-phase")
    officer.follow("Write the rules")
    _offer(stage, officer, broken, name="broken.json")
    officer.see("parts[1].points")
    officer.shot("02-rules-refused")
    _offer(stage, officer, document, name="rules.json")
    officer.told("The rule set stands")
    officer.follow("Freeze the rules")
    digest = digest_of(document)
    expect(officer.main.get_by_text(digest)).to_be_visible()
    officer.shot("03-freeze")
    officer.press("Freeze these rules")
    officer.told("The rules are frozen")
    expect(officer.main.locator("code.digest")).to_have_text(digest)
    officer.press("Open receiving")
    officer.told("The phase moved on")
    officer.shot("04-receiving")
    return digest


def _offer(stage: Stage, officer: Walker, document: dict, *, name: str) -> None:
    file = stage.folder / name
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    officer.main.get_by_label("File to import").set_input_files(file)
    officer.press("Save and take as the rules of the phase")


def open_phase(walker: Walker) -> None:
    """The working page of the phase, from wherever the person is."""
    walker.menu("Operations")
    walker.follow(PHASE)


def open_work(walker: Walker, link: str) -> None:
    """One of the pages on which the work on the phase is done."""
    open_phase(walker)
    walker.follow(link, within=walker.tab.get_by_role("navigation", name="Work on this phase"))


def open_rules_page(walker: Walker) -> None:
    open_work(walker, "Rules, dates and calls")
