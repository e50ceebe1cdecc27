"""January: the first phase. Five teams, one doubted and heard, one last by rank, and a seat that falls vacant."""

import re

from tests.e2e.way.ruling import without_report
from tests.e2e.way.walker import Walker
from tests.e2e.year import office, opening
from tests.e2e.year.people import EXPERTS, FIRST_FIVE, RAON, name_of
from tests.e2e.year.stage import YearStage

PHASE, SLUG = opening.FIRST.en, opening.FIRST.slug
PANEL = "전문가 평가위원회"
REPLY = "인코더는 공개 가중치를 그대로 썼으나 본체는 처음부터 학습했습니다."
GROUNDS = "영상 인코더의 가중치가 공개 모델과 같습니다."
OUTCOMES = {
    "A": ("Advance", "Rank", "총점 1위로 다음 단계에 진출한다."),
    "B": ("Advance", "Rank", "총점 2위로 다음 단계에 진출한다."),
    "C": ("Advance", "Rank", "총점에 따라 다음 단계에 진출한다."),
    "D": ("Disqualify", "Gate", "외부 가중치를 고정해 썼으므로 독자성 요건을 갖추지 못했다."),
    "E": ("Cut", "Rank", "총점이 가장 낮다."),
}
VACANT = "네 자리 가운데 한 자리가 비었다."


def hand_in(stage: YearStage) -> None:
    stage.others("hand-in", SLUG, str(stage.folder), *(team.slug for team in FIRST_FIVE))


def seat_experts(stage: YearStage, officer: Walker) -> None:
    office.open_work(officer, PHASE, "Panels and declarations")
    officer.choose("Kind", "Expert panel")
    officer.fill("Name", PANEL)
    officer.choose("Part of the rule set that it scores (optional)", "Expert")
    officer.press("Create the panel")
    officer.told("The panel is created")
    seat = officer.open("Fill a seat")
    officer.choose("Reviewer", name_of(EXPERTS[0]), within=seat)
    officer.choose("Kind of seat", "Chair", within=seat)
    officer.press("Fill the seat", within=seat)
    officer.told("The seat is filled")
    stage.others("seat", SLUG, "1")


def score(stage: YearStage, officer: Walker) -> None:
    office.move(officer, PHASE, "Start scoring")
    stage.others("score", SLUG, "1")
    stage.others("figures", SLUG, "1")


def doubt(officer: Walker) -> None:
    office.open_work(officer, PHASE, "Gates and questions")
    officer.follow(re.compile("^D · "))
    case = officer.open("Open a disqualification procedure")
    officer.fill("Grounds", GROUNDS, within=case)
    officer.press("Open the procedure", within=case)
    officer.told("The team is not told before you notify it")
    officer.follow("No. ")
    officer.fill("Reply due by", "2026-01-12T18:00")
    officer.press("Notify the team")
    officer.told("The team is told and may reply")


def reply(raon: Walker) -> None:
    raon.menu("My team")
    raon.follow("Questions, notices and results")
    raon.follow("Read the grounds and reply")
    raon.see(GROUNDS)
    raon.fill("Your reply", REPLY)
    raon.press("Send the reply")
    raon.told("Your reply is on record")


def rule(officer: Walker) -> None:
    office.hold_meeting(officer, PHASE, panel=PANEL, subject="독자성 관문", votes_for=5)
    office.open_work(officer, PHASE, "Gates and questions")
    officer.follow(re.compile("^D · "))
    officer.follow("No. ")
    officer.see(REPLY)
    officer.choose("Minutes of the vote", "독자성 관문")
    officer.main.get_by_role("radio", name="Uphold").check()
    officer.fill("Reason", "소명을 들었으나 고정 가중치 사용은 사실이다.")
    officer.press("Record the ruling")
    officer.told("The ruling is recorded")
    pass_gates(officer, PHASE, "ABCE")


def pass_gates(officer: Walker, phase: str, codes: str) -> None:
    for code in codes:
        office.open_work(officer, phase, "Gates and questions")
        officer.follow(re.compile(f"^{code} · "))
        officer.fill("Reason", "증거를 검토했고 참조 모델에서 온 부분이 없다.")
        without_report(officer)
        officer.press("Record: passed")
        officer.told("The gate is passed")


def tally(officer: Walker, *, phase: str) -> None:
    office.open_phase(officer, phase)
    officer.follow("Seal")
    officer.press("Seal the phase")
    officer.told("The sheets are sealed")
    officer.follow("Take the tally")
    officer.press("Take the tally")
    officer.told("The tally is taken")
    officer.shot(f"tally-{phase}")


def decide(officer: Walker, decider: Walker, *, phase: str, outcomes: dict[str, tuple[str, str, str]]) -> None:
    """Each decision is drafted and endorsed by the officer on one set of minutes, and approved by the decider."""
    office.hold_meeting(officer, phase, panel=PANEL, subject="단계평가 의결", votes_for=5)
    for code, (outcome, basis, rationale) in outcomes.items():
        office.open_work(officer, phase, "Decisions")
        form = officer.open("Draft a decision on an entry")
        officer.choose("Entry", f"{code} ", within=form)
        officer.choose("Outcome", outcome, within=form)
        officer.choose("Basis", basis, within=form)
        officer.fill("Public rationale", rationale, within=form)
        officer.press("Draft the decision", within=form)
        officer.told("The decision is drafted")
    carry(officer, decider, phase=phase)


def record_vacancy(officer: Walker) -> None:
    office.open_work(officer, PHASE, "Decisions")
    vacancy = officer.open("Record a vacant seat")
    officer.fill("Public rationale", VACANT, within=vacancy)
    officer.press("Draft the vacancy", within=vacancy)
    officer.told("The vacancy is drafted")


def carry(officer: Walker, decider: Walker, *, phase: str, subject: str = "단계평가 의결") -> None:
    """Every decision that is drafted is endorsed on the minutes of this subject, and approved."""
    for number in standing(officer, phase, "Drafted"):
        open_decision(officer, phase, number)
        officer.choose("Minutes of the vote", subject)
        officer.press("Endorse")
        officer.told("Endorsed")
    for number in standing(decider, phase, "Endorsed"):
        open_decision(decider, phase, number)
        decider.press("Approve")
        decider.told("Approved")


def standing(walker: Walker, phase: str, state: str) -> list[str]:
    """Numbers of the decisions in this state, in the order of the log."""
    office.open_work(walker, phase, "Decisions")
    rows = walker.main.get_by_role("row").filter(has_text=state)
    return rows.get_by_role("rowheader").get_by_role("link").all_inner_texts()


def open_decision(walker: Walker, phase: str, number: str) -> None:
    office.open_work(walker, phase, "Decisions")
    walker.follow(re.compile(f"^{number}$"), within=walker.main.get_by_role("rowheader"))


def close_phase(officer: Walker, decider: Walker, *, phase: str) -> None:
    office.open_work(decider, phase, "Decisions")
    decider.press("Declare the phase decided")
    decider.told("The phase is decided")
    office.open_work(officer, phase, "Decisions")
    officer.press("Notify all teams")
    officer.told("Every team has its notice")
    officer.shot(f"notices-{phase}")
    office.move(officer, phase, "Open the objection window")


def finalise(officer: Walker, *, phase: str) -> None:
    """Once the window for objections has passed."""
    office.open_work(officer, phase, "Decisions")
    officer.press("Declare the phase final")
    officer.told("The phase and its decisions are final")


def read_result(team: Walker, *, outcome: str, rationale: str) -> None:
    team.menu("My team")
    team.follow("Questions, notices and results")
    team.follow(outcome)
    team.see(rationale)


def play(stage: YearStage) -> None:
    officer = stage.officer
    opening.write_programme(officer)
    opening.set_rules(officer, stage.folder, opening.FIRST)
    office.move(officer, PHASE, "Open receiving")
    hand_in(stage)
    stage.day("2026-01-06 09:00")
    officer = stage.officer
    office.move(officer, PHASE, "Close receiving")
    seat_experts(stage, officer)
    score(stage, officer)
    stage.day("2026-01-09 09:00")
    doubt(stage.officer)
    stage.day("2026-01-12 09:00")
    reply(stage.person("raon", email=RAON.email))
    stage.day("2026-01-13 09:00")
    officer, decider = stage.officer, stage.decider
    rule(officer)
    tally(officer, phase=PHASE)
    record_vacancy(officer)
    decide(officer, decider, phase=PHASE, outcomes=OUTCOMES)
    stage.day("2026-01-15 10:00")
    close_phase(stage.officer, stage.decider, phase=PHASE)
    read_result(stage.person("raon-result", email=RAON.email), outcome="Disqualif", rationale=OUTCOMES["D"][2])
