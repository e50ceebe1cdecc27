"""New Year: the officer writes the programme, its phases and the rules of the first one down, in the browser alone."""

from pathlib import Path
from typing import NamedTuple

from tests.e2e.way.walker import Walker
from tests.e2e.year import office, rules

PROGRAMME = "Sovereign AI 2026"


class Plan(NamedTuple):
    number: int
    ko: str
    en: str
    seats: int
    opens: str
    closes: str

    @property
    def slug(self) -> str:
        return f"year-{self.number}"


FIRST = Plan(1, "1차 단계평가", "Phase 1 evaluation", 4, "2026-01-02T08:00", "2026-01-05T18:00")
SECOND = Plan(2, "2차 단계평가", "Phase 2 evaluation", 3, "2026-02-02T09:00", "2026-06-30T18:00")


def write_programme(officer: Walker) -> None:
    officer.menu("Operations")
    officer.follow("Programmes and phases")
    officer.follow("New programme")
    officer.fill("Name in Korean", "독자 AI 2026")
    officer.fill("Name in English", PROGRAMME)
    officer.fill("Short name for addresses", "year")
    officer.press("Create")
    officer.told("The programme is there")
    for plan in (FIRST, SECOND):
        _write_phase(officer, plan)


def _write_phase(officer: Walker, plan: Plan) -> None:
    officer.menu("Operations")
    officer.follow("Programmes and phases")
    officer.follow("New phase")
    officer.fill("Number", str(plan.number))
    officer.fill("Name in Korean", plan.ko)
    officer.fill("Name in English", plan.en)
    officer.fill("Short name for addresses", plan.slug)
    officer.fill_optional("Seats", str(plan.seats))
    officer.fill_optional("Receiving opens (KST)", plan.opens)
    officer.fill_optional("Receiving closes (KST)", plan.closes)
    officer.press("Create")
    officer.told("The phase is there")
    officer.shot(f"year-phase-{plan.number}")


def set_rules(officer: Walker, folder: Path, plan: Plan) -> None:
    office.open_work(officer, plan.en, "Rules, dates and calls")
    officer.follow("Write the rules")
    officer.main.get_by_label("File to import").set_input_files(rules.write(folder, plan.number))
    officer.press("Save and take as the rules of the phase")
    officer.told("The rule set stands")
    office.open_work(officer, plan.en, "Rules, dates and calls")
    officer.follow("Freeze the rules")
    officer.press("Freeze these rules")
    officer.told("The rules are frozen")
