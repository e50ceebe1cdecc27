"""Outside figures with two people, the gate with a right of reply, the seal and the tally."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone
from playwright.sync_api import expect

from portal.common.time import KST
from tests.e2e.way.opening import open_phase, open_work
from tests.e2e.way.scoring import PANEL
from tests.e2e.way.walker import Walker

REPLY = "초기화부터 다시 학습했고, 0단계 체크포인트를 함께 냈습니다."
FIGURES = {"A": "80", "B": "90"}
DOCUMENT = "측정 결과 보고서"


def soon(*, days: int = 3) -> str:
    """A moment as the browser's picker gives it, in Korean time."""
    return (timezone.now() + timedelta(days=days)).astimezone(KST).strftime("%Y-%m-%dT%H:%M")


def keep_document(officer: Walker) -> None:
    form = officer.open("Keep a document")
    officer.fill("Measured by", "측정 기관", within=form)
    officer.fill("Title of the document", DOCUMENT, within=form)
    file = {"name": "report.txt", "mimeType": "text/plain", "buffer": b"A 80, B 90"}
    form.get_by_label("Document", exact=True).set_input_files(file)
    officer.press("Keep the document", within=form)
    officer.told("The document is kept")


def enter_figures(officer: Walker) -> None:
    open_work(officer, "Figures of outside bodies")
    keep_document(officer)
    for code, value in FIGURES.items():
        form = officer.main.get_by_role("region", name="Enter a figure")
        officer.choose("Entry", f"{code}", within=form)
        officer.choose("Item", "Index", within=form)
        officer.fill("Value", value, within=form)
        officer.choose("Document", DOCUMENT, within=form)
        officer.press("Enter", within=form)
        officer.told("The figure is entered")
    figures = officer.main.get_by_role("region", name="Figures entered")
    expect(figures.get_by_role("cell", name="waits for a second person")).to_have_count(2)
    officer.shot("20-figures")


def confirm_figures(decider: Walker) -> None:
    open_work(decider, "Figures of outside bodies")
    for code in FIGURES:
        decider.press(f"Confirm the figure {code}")
        decider.told("The figure is confirmed")
    decider.see("withheld")


def open_entry(officer: Walker, code: str) -> None:
    open_work(officer, "Gates and questions")
    officer.follow(f"{code} · ")


def pass_gate(officer: Walker) -> None:
    open_entry(officer, "A")
    officer.fill("Reason", "증거를 검토했고 참조 모델과 같은 점이 없다.")
    without_report(officer)
    officer.press("Record: passed")
    officer.told("The gate is passed")


def without_report(officer: Walker) -> None:
    """No worker runs here, so nothing was requested: whoever rules says so."""
    officer.main.get_by_role("checkbox", name="Pass it without an originality report").check()


def doubt(officer: Walker) -> None:
    """A question first; then the procedure, of which the team learns by the notice."""
    open_entry(officer, "B")
    question = officer.open("Put a question to the team")
    officer.fill("Question", "학습 데이터의 출처는 무엇입니까?", within=question)
    officer.fill("Answer due by", soon(), within=question)
    officer.press("Send the question", within=question)
    officer.told("The question is sent")
    case = officer.open("Open a disqualification procedure")
    officer.fill("Grounds", "참조 모델과 부호가 일치하는 비율이 우연 수준을 크게 넘습니다.", within=case)
    officer.fill("Evidence (optional)", "run 7 | z = 41", within=case)
    officer.press("Open the procedure", within=case)
    officer.told("The team is not told before you notify it")
    officer.shot("21-entry")
    officer.korean("21-entry")
    officer.follow("No. ")
    officer.fill("Reply due by", soon())
    officer.press("Notify the team")
    officer.told("The team is told and may reply")


def reply(nuri: Walker) -> None:
    nuri.menu("My team")
    nuri.follow("Questions, notices and results")
    nuri.shot("22-matters")
    nuri.korean("22-matters")
    nuri.follow("학습 데이터의 출처는")
    nuri.fill("Your answer", "공개 말뭉치와 자체 수집 자료입니다.")
    nuri.press("Send the answer")
    nuri.told("Your answer is sent")
    nuri.follow("Read the grounds and reply")
    nuri.see("run 7")
    nuri.shot("23-right-of-reply")
    nuri.fill("Your reply", REPLY)
    nuri.press("Send the reply")
    nuri.told("Your reply is on record")


def hold_meeting(officer: Walker, subject: str) -> None:
    open_work(officer, "Minutes")
    officer.follow(PANEL)
    officer.fill("Subject", subject)
    for seat in officer.main.get_by_role("group", name="Present").get_by_role("checkbox").all():
        seat.check()
    officer.fill("Votes for", "3")
    officer.fill("What was discussed and decided", "증거와 소명을 함께 읽고 의결했다.")
    officer.press("Record the minutes")
    officer.told("The minutes are recorded")


def uphold(officer: Walker) -> None:
    hold_meeting(officer, "독자성 관문")
    open_entry(officer, "B")
    officer.follow("No. ")
    officer.see(REPLY)
    officer.choose("Minutes of the vote", "독자성 관문")
    officer.main.get_by_role("radio", name="Uphold").check()
    officer.fill("Reason", "소명이 부호 일치를 설명하지 못한다.")
    officer.press("Record the ruling")
    officer.told("The ruling is recorded")
    officer.shot("24-ruled")


def seal_and_tally(officer: Walker) -> None:
    open_phase(officer)
    officer.see("opens with the seal")
    officer.go(urlsplit(officer.tab.url).path.removeprefix(officer.language) + "tally/")
    officer.see("No figure exists before the sheets are sealed")
    open_phase(officer)
    officer.follow("Seal")
    officer.press("Seal the phase")
    officer.told("The sheets are sealed")
    officer.follow("Take the tally")
    officer.press("Take the tally")
    officer.told("The tally is taken")
    officer.shot("25-tally", key=True)
    officer.korean("25-tally")
