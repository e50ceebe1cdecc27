"""Decisions by two people, one per entry; the vacancy and its call; the notice."""

import re

from playwright.sync_api import expect

from tests.e2e.way.opening import open_work
from tests.e2e.way.ruling import hold_meeting, soon
from tests.e2e.way.walker import Walker

ADVANCES = "총점과 관문 결과에 따라 다음 단계로 갑니다."
OUT = "독자성 관문을 통과하지 못했습니다."
VACANT = "한 자리가 비었습니다."
SUBJECT = "단계평가 의결"


def draft(officer: Walker) -> None:
    hold_meeting(officer, SUBJECT)
    open_work(officer, "Decisions")
    _draft(officer, entry="A", outcome="Advance", basis="Rank", rationale=ADVANCES)
    officer.told("The decision is drafted")
    _draft(officer, entry="A", outcome="Cut", basis="Rank", rationale=OUT)
    officer.told("There is already a decision on")
    officer.shot("26-second-decision")
    officer.korean("26-decisions")
    open_work(officer, "Decisions")
    _draft(officer, entry="B", outcome="Disqualify", basis="Gate", rationale=OUT)
    officer.told("The decision is drafted")
    vacancy = officer.open("Record a vacant seat")
    officer.fill("Public rationale", VACANT, within=vacancy)
    officer.press("Draft the vacancy", within=vacancy)
    officer.told("The vacancy is drafted")


def _draft(officer: Walker, *, entry: str, outcome: str, basis: str, rationale: str) -> None:
    form = officer.open("Draft a decision on an entry")
    officer.choose("Entry", entry, within=form)
    officer.choose("Outcome", outcome, within=form)
    officer.choose("Basis", basis, within=form)
    officer.fill("Public rationale", rationale, within=form)
    officer.press("Draft the decision", within=form)


def numbers(walker: Walker) -> list[str]:
    """Of the decisions in the log, in their order."""
    open_work(walker, "Decisions")
    return sorted(walker.main.get_by_role("rowheader").get_by_role("link").all_inner_texts(), key=int)


def _open(walker: Walker, number: str) -> None:
    open_work(walker, "Decisions")
    walker.follow(re.compile(f"^{number}$"), within=walker.main.get_by_role("rowheader"))


def endorse(officer: Walker) -> None:
    for number in numbers(officer):
        _open(officer, number)
        officer.choose("Minutes of the vote", SUBJECT)
        officer.press("Endorse")
        officer.told("Endorsed")
        expect(officer.main.get_by_role("button", name="Approve")).to_have_count(0)


def approve(decider: Walker) -> None:
    for number in numbers(decider):
        _open(decider, number)
        decider.shot("27-decision")
        decider.press("Approve")
        decider.told("Approved")
    open_work(decider, "Decisions")
    decider.press("Declare the phase decided")
    decider.told("The phase is decided")


def open_call(officer: Walker) -> None:
    _open(officer, numbers(officer)[-1])
    officer.choose("Phase to be entered", "2")
    officer.fill("Applications close", soon(days=10))
    officer.press("Open the call")
    officer.told("The additional call is open")


def notify(officer: Walker) -> None:
    open_work(officer, "Decisions")
    officer.press("Notify all teams")
    officer.told("Every team has its notice")
    expect(officer.main.get_by_text("not read yet")).to_have_count(2)  # the results; what was answered has been read
    officer.shot("28-notices")


def read_result(garam: Walker) -> None:
    garam.menu("My team")
    garam.follow("Questions, notices and results")
    garam.follow("Advance")
    garam.see(ADVANCES)
    garam.see("토크나이저를 직접 학습한 점이 돋보인다.")
    garam.shot("29-own-result", key=True)
    garam.korean("29-own-result")
