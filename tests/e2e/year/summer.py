"""Spring to August: the second phase with four teams under other rules, one cut, and an objection that others dismiss."""

import re

from tests.e2e.way.walker import Walker
from tests.e2e.year import january, office
from tests.e2e.year.people import APPEALS, DASOM, GARAM, NURI, SAEBYEOK, name_of
from tests.e2e.year.stage import YearStage

PHASE, SLUG = "Phase 2 evaluation", "year-2"
APPEAL_PANEL = "이의심의위원회"
OUTCOMES = {
    "A": ("Advance", "Rank", "총점 1위로 다음 단계에 진출한다."),
    "B": ("Advance", "Rank", "총점 2위로 다음 단계에 진출한다."),
    "C": ("Advance", "Rank", "총점 3위로 다음 단계에 진출한다."),
    "D": ("Cut", "Rank", "총점이 가장 낮다."),
}
OBJECTION = "전문가 평가에서 장문 이해 결과를 잘못 읽었습니다."


def hand_in(stage: YearStage) -> None:
    teams = (GARAM, NURI, DASOM)
    stage.others("hand-in", SLUG, str(stage.folder), *(team.slug for team in teams))


def object_to(team: Walker) -> None:
    team.menu("My team")
    team.follow("Questions, notices and results")
    team.follow("Cut")
    team.follow(re.compile("Object|objection", re.IGNORECASE))
    team.choose("Ground", "Misreading")
    team.fill("Objection", OBJECTION)
    team.press("Lodge the objection")


def seat_appeal_panel(stage: YearStage, officer: Walker) -> None:
    office.open_work(officer, PHASE, "Panels and declarations")
    officer.choose("Kind", "Appeal panel")
    officer.fill("Name", APPEAL_PANEL)
    officer.press("Create the panel")
    officer.told("The panel is created")
    for email in APPEALS:
        panel = officer.main.get_by_role("region", name=APPEAL_PANEL)
        del panel
        officer.fill("Reviewer", name_of(email))
    stage.others("declare", SLUG, APPEAL_PANEL)


__all__ = ["SAEBYEOK", "january"]
