"""How staff get to their pages, whatever the phase."""

from tests.e2e.way.walker import Walker


def open_phase(walker: Walker, phase: str) -> None:
    walker.menu("Operations")
    walker.follow(phase)


def open_work(walker: Walker, phase: str, link: str) -> None:
    """One of the pages on which the work on the phase is done; by its links the first time, by the address after that."""
    if (phase, link) in walker.bookmarks:
        walker.tab.goto(walker.bookmarks[phase, link])
        return
    open_phase(walker, phase)
    walker.follow(link, within=walker.tab.get_by_role("navigation", name="Work on this phase"))
    walker.bookmarks[phase, link] = walker.tab.url


def move(walker: Walker, phase: str, button: str) -> None:
    open_phase(walker, phase)
    walker.press(button)
    walker.told("The phase moved on")


def hold_meeting(walker: Walker, phase: str, *, panel: str, subject: str, votes_for: int, against: int = 0) -> None:
    open_work(walker, phase, "Minutes")
    walker.follow(panel)
    walker.fill("Subject", subject)
    for seat in walker.main.get_by_role("group", name="Present").get_by_role("checkbox").all():
        seat.check()
    walker.fill("Votes for", str(votes_for))
    if against:
        walker.fill("Votes against", str(against))
    walker.fill("What was discussed and decided", "자료와 소명을 함께 읽고 의결했다.")
    walker.press("Record the minutes")
    walker.told("The minutes are recorded")
