"""Receiving closes, the panel is seated, declares, and scores; a sheet with a hole is not signed."""

import re

from playwright.sync_api import expect

from tests.e2e.way.opening import open_phase, open_work
from tests.e2e.way.people import REVIEWERS
from tests.e2e.way.stage import Stage
from tests.e2e.way.walker import Walker

PANEL = "전문가 평가위원회"
LEADS = ("Garam Institute", "Garam University", "Nuri University")


def close_receiving(officer: Walker) -> None:
    open_phase(officer)
    officer.press("Close receiving")
    officer.told("closing earlier is recorded with a reason")
    officer.fill("Reason", "두 팀이 모두 제출했다.")
    officer.press("Close receiving")
    officer.told("The phase moved on")


def seat_panel(officer: Walker) -> None:
    open_work(officer, "Panels and declarations")
    officer.choose("Kind", "Expert panel")
    officer.fill("Name", PANEL)
    officer.choose("Part of the rule set that it scores (optional)", "Expert")
    officer.press("Create the panel")
    officer.told("The panel is created")
    for number in range(1, len(REVIEWERS) + 1):
        seat = officer.open("Fill a seat")
        officer.choose("Reviewer", f"평가위원 {number}", within=seat)
        officer.choose("Kind of seat", "Chair" if number == 1 else "Member", within=seat)
        officer.press("Fill the seat", within=seat)
        officer.told("The seat is filled")
    officer.shot("14-panel")
    officer.korean("14-panel")
    open_phase(officer)
    officer.press("Start scoring")
    officer.told("The phase moved on")


def declare(reviewer: Walker) -> None:
    reviewer.menu("Review")
    reviewer.follow("Make the declaration")
    for pledge in reviewer.main.get_by_role("group", name="Pledge").get_by_role("checkbox").all():
        pledge.check()
    for institution in LEADS[:-1]:
        _no_interest(reviewer, institution)
    reviewer.press("Make the declaration")
    reviewer.told("Answer for every institution of every team")
    reviewer.told(LEADS[-1])
    reviewer.shot("15-declaration-open")
    reviewer.korean("15-declaration")
    _no_interest(reviewer, LEADS[-1])
    reviewer.press("Make the declaration")
    reviewer.told("Your declaration is recorded")
    reviewer.see("No entries are assigned to you yet")


def _no_interest(reviewer: Walker, institution: str) -> None:
    reviewer.main.get_by_role("group", name=institution).get_by_label("No interest").check()


def assign(stage: Stage, officer: Walker) -> None:
    """The first reviewer's entries by the button; the other two do everything elsewhere."""
    open_work(officer, "Panels and declarations")
    officer.press("Assign all entries")
    officer.told("All entries are assigned to e01")
    stage.others("panel")


def score(stage: Stage, reviewer: Walker) -> None:
    """The first sheet by the keyboard alone, with a hole first; the second like it, and signed at once."""
    reviewer.menu("Review")
    reviewer.shot("16-review-home")
    reviewer.follow("Continue with entry A")
    reviewer.see("Declared components")
    _type_score(reviewer, "31.5")
    reviewer.shot("17-sheet", key=True)
    reviewer.korean("17-sheet")
    reviewer.press("Go to sign-off")
    reviewer.see("This sheet cannot be signed yet")
    expect(reviewer.main.locator(".alert li").filter(has_text="Impact")).to_be_visible()
    expect(reviewer.main.get_by_role("button", name="Sign this sheet")).to_be_disabled()
    reviewer.shot("18-hole")
    reviewer.follow("Back to scoring")
    _type_score(reviewer, "31.5", choice="5")
    reviewer.fill("Opinion on the entry", "토크나이저를 직접 학습한 점이 돋보인다.")
    reviewer.press("Go to sign-off")
    reviewer.see("Every criterion is scored")
    stage.others("idle", REVIEWERS[0])
    reviewer.press("Sign this sheet")
    reviewer.told("Signed. The sheet is locked")
    assert reviewer.proofs == 1
    reviewer.shot("19-signed")
    reviewer.korean("19-signed")
    _second_sheet(reviewer)


def _second_sheet(reviewer: Walker) -> None:
    reviewer.follow("Next: entry B")
    _type_score(reviewer, "20", choice="5")
    reviewer.main.get_by_label("Technical").check()
    reviewer.press("Save and next")
    reviewer.press("Sign this sheet")
    reviewer.told("Signed. The sheet is locked")
    reviewer.menu("Review")
    reviewer.see("2 of 2 sheets signed")


def _type_score(reviewer: Walker, points: str, *, choice: str = "") -> None:
    """Enter goes on to the next criterion; there a digit chooses. What was typed is saved without a click."""
    keys = reviewer.tab.keyboard
    field = reviewer.main.get_by_label("Points Strategy")
    field.fill("")
    field.focus()
    keys.type(points)
    keys.press("Enter")
    with reviewer.tab.expect_response(re.compile("/save/")):
        keys.press(choice or "Tab")
    expect(reviewer.main.locator("#save-state")).to_contain_text(re.compile(r"Saved.*KST"))
    if choice:
        expect(reviewer.main.get_by_role("radio", name=choice, exact=True)).to_be_checked()
