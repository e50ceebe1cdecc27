"""Summer: the second phase with four teams under other rules, one cut, and an objection that a disjoint panel dismisses."""

import json
import re
from urllib.parse import urljoin

from tests.e2e.way.walker import Walker
from tests.e2e.year import january, office, opening
from tests.e2e.year.people import APPEALS, DASOM, GARAM, NURI, SAEBYEOK
from tests.e2e.year.stage import YearStage

PHASE, SLUG = opening.SECOND.en, opening.SECOND.slug
APPEAL_PANEL, SUBJECT = "이의심의위원회", "이의신청 심의"
OUTCOMES = {
    "A": ("Advance", "Rank", "총점 1위로 다음 단계에 진출한다."),
    "B": ("Advance", "Rank", "총점 2위로 다음 단계에 진출한다."),
    "C": ("Advance", "Rank", "총점 3위로 다음 단계에 진출한다."),
    "D": ("Cut", "Rank", "근소한 차이로 총점이 가장 낮다."),
}
OBJECTION = "전문가 평가에서 장문 이해 결과를 잘못 읽었습니다."
DISMISSED = "평가표와 증거를 다시 읽었으나 잘못 읽은 곳이 없다."


def object_to(team: Walker) -> None:
    team.menu("My team")
    team.follow("Questions, notices and results")
    team.follow(re.compile("^Objection"))
    team.main.get_by_role("radio", name="A misreading of the evidence").check()
    team.fill("What is wrong, and where", OBJECTION)
    team.press("Lodge the objection")
    team.told("Your objection is lodged")


def _open_objection(walker: Walker) -> None:
    office.open_work(walker, PHASE, "Objections")
    walker.follow(re.compile("^D · "))


def admit(officer: Walker) -> None:
    _open_objection(officer)
    officer.main.get_by_role("radio", name="Admit", exact=True).check()
    officer.fill("Reason", "증거를 잘못 읽었다는 주장은 이의신청 사유다.")
    officer.press("Record the ruling")
    officer.told("The ruling is recorded")


def refer(stage: YearStage, officer: Walker) -> None:
    office.open_work(officer, PHASE, "Panels and declarations")
    officer.choose("Kind", "Appeal panel")
    officer.fill("Name", APPEAL_PANEL)
    officer.press("Create the panel")
    officer.told("The panel is created")
    stage.others("seat-on", SLUG, APPEAL_PANEL, *APPEALS)
    _open_objection(officer)
    officer.choose("Appeal panel", APPEAL_PANEL)
    officer.press("Refer the objection")
    officer.told("The objection is referred")


def read_case(member: Walker) -> None:
    member.menu("Review")
    member.follow(re.compile("^D · "))
    member.see(OBJECTION)


def rule(decider: Walker) -> None:
    _open_objection(decider)
    decider.choose("Minutes of the vote", SUBJECT)
    decider.main.get_by_role("radio", name="Dismiss", exact=True).check()
    decider.fill("Reason", DISMISSED)
    decider.press("Record the ruling")
    decider.told("The ruling is recorded")
    decider.shot("objection-ruled")


def ranks(stage: YearStage) -> dict[str, str]:
    """Of each phase the entries in the order of the tally's total."""
    return json.loads(stage.others("ranks"))


def read_log(officer: Walker) -> str:
    """The plain text that the page offers."""
    office.open_work(officer, PHASE, "Decision log")
    officer.shot("decision-log", key=True)
    officer.korean("decision-log")
    link = officer.main.get_by_role("link", name="As plain text").get_attribute("href")
    answer = officer.context.request.get(urljoin(officer.tab.url, link))
    return answer.text()


def play(stage: YearStage) -> None:
    stage.day("2026-06-29 09:00")
    stage.others("hand-in", SLUG, str(stage.folder), *(team.slug for team in (GARAM, NURI, DASOM)))
    stage.day("2026-07-30 09:00")
    stage.others("hand-in", SLUG, str(stage.folder), SAEBYEOK.slug)
    stage.day("2026-08-03 09:00")
    officer = stage.officer
    office.move(officer, PHASE, "Close receiving")
    stage.others("seat", SLUG, "2")
    office.move(officer, PHASE, "Start scoring")
    stage.others("score", SLUG, "2")
    stage.others("figures", SLUG, "2")
    stage.day("2026-08-14 09:00")
    officer, decider = stage.officer, stage.decider
    january.pass_gates(officer, PHASE, "ABCD")
    january.tally(officer, phase=PHASE)
    january.decide(officer, decider, phase=PHASE, outcomes=OUTCOMES)
    stage.day("2026-08-18 10:00")
    january.close_phase(stage.officer, stage.decider, phase=PHASE)
    stage.day("2026-08-20 09:00")
    object_to(stage.person("saebyeok-objects", email=SAEBYEOK.email))
    officer = stage.officer
    admit(officer)
    refer(stage, officer)
    stage.day("2026-08-27 09:00")
    read_case(stage.person("appeals", email=APPEALS[0]))
    office.hold_meeting(stage.officer, PHASE, panel=APPEAL_PANEL, subject=SUBJECT, votes_for=3)
    rule(stage.decider)
    stage.day("2026-08-31 09:00")
    january.finalise(stage.officer, phase=PHASE)
