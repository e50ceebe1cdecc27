"""January 23 to February 20: the call for the vacant seat. One invited declines, two apply, a committee approves of one."""

import re

from tests.e2e.way.walker import Walker
from tests.e2e.year import january, office, opening
from tests.e2e.year.people import COMMITTEE, DASOM, GARAM, MARU, NURI, RAON, SAEBYEOK, Team
from tests.e2e.year.stage import YearStage

PHASE, SLUG = opening.SECOND.en, opening.SECOND.slug
CALL = "Additional call for one seat"
PANEL, SUBJECT = "선정위원회", "추가 공모 선정 의결"
SELECTED = "심의위원 과반이 새벽 컨소시엄에 찬성했다."
LINES = ("국내 법인이 주관기관이다.", "참여제한 중인 기관이 없다.")


def draft_call(officer: Walker) -> None:
    """From the decision that a seat is vacant."""
    office.open_work(officer, january.PHASE, "Decisions")
    officer.follow(re.compile(r"^\d+$"), within=officer.main.get_by_role("row").filter(has_text="Seat left vacant"))
    officer.follow("Draft it with title, text and eligibility list")
    officer.choose("Phase to be entered", opening.SECOND.en)
    officer.fill("Title in Korean", "한 자리 추가 공모")
    officer.fill("Title in English", CALL)
    officer.fill("Opens (KST)", "2026-01-23T10:00")
    officer.fill("Closes (KST)", "2026-02-12T16:00")
    officer.fill_optional("Deadline of the new entry (KST)", "2026-07-31T18:00")
    officer.fill_optional("Eligibility list in Korean", "\n".join(LINES))
    officer.fill_optional("Eligibility list in English", "A domestic lead institution.\nNobody is barred.")
    officer.press("Draft the call")
    officer.told("The call is drafted")
    officer.press("Open the call")
    officer.told("The call is announced")
    invited = officer.open("Invite a consortium")
    officer.choose("Consortium", RAON.consortium, within=invited)
    officer.press("Invite", within=invited)
    officer.told("The consortium is invited")
    officer.shot("call-open")


def open_call(walker: Walker) -> None:
    walker.menu("Calls")
    walker.follow(CALL)


def decline(raon: Walker) -> None:
    open_call(raon)
    raon.follow("Decline")
    raon.press("Decline")
    raon.told("Declined")


def apply(team: Walker, who: Team, *, answer: str = "") -> None:
    open_call(team)
    team.follow("Apply")
    team.choose("Consortium", who.consortium)
    team.press("Prepare the application")
    team.fill("Development plan", "전 과정을 처음부터 학습하는 모델을 다섯 달 안에 만든다.")
    if answer:
        team.choose("Earlier decision that you answer to", "Cut")
        team.fill("Answer to the ground of the earlier decision", answer)
    for box in team.main.get_by_role("group", name="Eligibility list").get_by_role("checkbox").all():
        box.check()
    team.press("Save")
    team.tick("What the application says is true")
    team.press("Hand in the application")
    team.see("Receipt")
    team.shot(f"application-{who.slug}")


def seat_committee(stage: YearStage, officer: Walker) -> None:
    office.open_work(officer, PHASE, "Panels and declarations")
    officer.choose("Kind", "Deliberation committee")
    officer.fill("Name", PANEL)
    officer.press("Create the panel")
    officer.told("The panel is created")
    stage.others("seat-on", SLUG, PANEL, *COMMITTEE)
    _open_desk(officer)
    named = officer.open("Name the committee")
    officer.choose("Committee", PANEL, within=named)
    officer.press("Name it", within=named)
    officer.told("The committee is named")


def _open_desk(walker: Walker) -> None:
    walker.menu("Operations")
    walker.follow("Calls")
    walker.follow(CALL)


def close(officer: Walker) -> None:
    _open_desk(officer)
    closing = officer.open("Close the call")
    officer.press("Close now", within=closing)
    officer.told("The call is closed")


def declare(member: Walker) -> None:
    """A member of the committee, on every institution behind the applications."""
    member.menu("Review")
    member.follow(re.compile("^Applications to call"))
    for choice in member.main.get_by_label("No interest").all():
        choice.check()
    member.press("Declare")
    member.told("Your declaration on the applicants is recorded")


def judge(officer: Walker) -> None:
    for team in (MARU, SAEBYEOK):
        _open_desk(officer)
        officer.follow(f"Check eligibility {team.consortium}")
        for choice in officer.main.get_by_label("met", exact=True).all():
            choice.check()
        officer.press("Record the check")
        officer.told("The eligibility is checked")
    officer.follow("Record the judgement")
    officer.fill("Subject", SUBJECT)
    for box in officer.main.get_by_role("group", name="Present").get_by_role("checkbox").all():
        box.check()
    officer.fill("What was discussed and decided", "두 신청서를 읽고 신청마다 표결했다.")
    for who, votes in ((f"{MARU.consortium}", 1), (f"{SAEBYEOK.consortium}", 3), ("Resolution as a whole", 3)):
        officer.fill(f"{who}: For", str(votes))
        officer.fill(f"{who}: Against", str(len(COMMITTEE) - votes))
    officer.press("Record the judgement")
    officer.told("The judgement is recorded")
    officer.see("The votes select:")
    officer.fill("Public rationale", SELECTED)
    officer.press("Draft the selection")
    officer.shot("call-judged")


def approve(decider: Walker) -> None:
    (number,) = january.standing(decider, PHASE, "Endorsed")
    january.open_decision(decider, PHASE, number)
    decider.press("Approve")
    decider.told("Approved")


def carry_out(officer: Walker) -> None:
    _open_desk(officer)
    officer.press("Tell the applicants and carry it out")
    officer.told("Every applicant is told")


def read(maru: Walker) -> None:
    maru.menu("Calls")
    maru.follow("Our applications")
    maru.follow("Result")
    maru.see(SELECTED)


def play(stage: YearStage) -> None:
    stage.day("2026-01-23 10:00")
    officer = stage.officer
    opening.set_rules(officer, stage.folder, opening.SECOND)
    draft_call(officer)
    stage.day("2026-01-27 09:00")
    decline(stage.person("raon-declines", email=RAON.email))
    january.finalise(stage.officer, phase=january.PHASE)
    stage.day("2026-02-02 09:00")
    office.move(stage.officer, PHASE, "Open receiving")
    stage.others("enter", SLUG, *(team.slug for team in (GARAM, NURI, DASOM)))
    stage.others("register", SAEBYEOK.slug)
    stage.day("2026-02-11 09:00")
    apply(stage.person("maru", email=MARU.email), MARU, answer="학습 자료를 두 배로 늘리고 장문 이해를 다시 설계했다.")
    apply(stage.person("saebyeok", email=SAEBYEOK.email), SAEBYEOK)
    stage.day("2026-02-13 09:00")
    officer = stage.officer
    close(officer)
    seat_committee(stage, officer)
    for number, email in enumerate(COMMITTEE, start=1):
        declare(stage.person(f"committee-{number}", email=email))
    stage.day("2026-02-20 10:00")
    officer = stage.officer
    judge(officer)
    approve(stage.decider)
    carry_out(officer)
    read(stage.person("maru-reads", email=MARU.email))
