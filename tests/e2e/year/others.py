"""What those do who do not sit at the browser of this test, through the same actions as the pages, at the hour of the stage.

python -m tests.e2e.year.others people                     everybody gets an account
python -m tests.e2e.year.others hand-in PHASE FOLDER SLUG… teams register where they must, enter the phase and hand in
python -m tests.e2e.year.others enter PHASE SLUG…          teams that are known enter a further phase
python -m tests.e2e.year.others register SLUG              a team registers its consortium
python -m tests.e2e.year.others seat-on PHASE PANEL WHO…   people get seats on a panel and declare
python -m tests.e2e.year.others seat PHASE N               the seats of every panel that scores are filled
python -m tests.e2e.year.others score PHASE N              members without a signed sheet declare, score and sign
python -m tests.e2e.year.others figures PHASE N            figures of outside bodies are entered and confirmed
python -m tests.e2e.year.others ranks                      prints the order of the entries by total, as JSON
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import django

from tests.e2e.year import figures
from tests.e2e.year.clock import followed
from tests.e2e.year.people import CITIZENS, EXPERTS, OFFICER, SECOND_OFFICER, TEAMS, USERS, make

PANELS = {
    "expert": ("전문가 평가위원회", EXPERTS),
    "user": ("전문 사용자 평가단", USERS),
    "professional": ("전문 사용자 평가단", USERS),
    "public": ("국민 평가단", CITIZENS),
}  # by part


def people() -> None:
    make()


def hand_in(slug: str, folder: str, *names: str) -> None:
    from portal.consortia.models import Consortium
    from tests.factories.submissions import handed_in

    for seed, team in enumerate(team for team in TEAMS if team.slug in names):
        if not Consortium.objects.filter(slug=team.slug).exists():
            register(team.slug)
        handed_in(_entry(slug, team.slug), Path(folder) / f"{slug}-{team.slug}", seed=seed)


def enter(slug: str, *names: str) -> None:
    for name in names:
        _entry(slug, name)


def register(slug: str) -> None:
    from portal.consortia.actions import InstitutionData, register_consortium

    number, team = next((number, team) for number, team in enumerate(TEAMS, start=1) if team.slug == slug)
    lead = InstitutionData(f"{team.ko} 연구원", f"{team.en} Institute", f"{number:010d}")
    names = {"name_ko": f"{team.ko} 컨소시엄", "name_en": team.consortium}
    register_consortium(slug, lead=lead, actor=_viewer(team.email), **names)


def _entry(phase_slug: str, slug: str):
    """The team's entry; where there is none, its manager enters."""
    from portal.consortia.actions import enter_phase
    from portal.consortia.models import Consortium, Entry
    from portal.programmes.models import Phase

    phase, consortium = Phase.objects.get(slug=phase_slug), Consortium.objects.get(slug=slug)
    known = Entry.objects.filter(phase=phase, consortium=consortium).first()
    return known or enter_phase(consortium, phase=phase, actor=_viewer(f"{slug}-01@example.org"))


def _viewer(email: str):
    from portal.common.viewer import viewer_of_user

    return viewer_of_user(_user(email))


def _user(email: str):
    from portal.accounts.models import User

    return User.objects.get(email=email)


def seat(slug: str, number: str) -> None:
    """Panels that the officer has not made at the browser, and every seat that is still empty."""
    from portal.programmes.models import Phase
    from portal.review import actions
    from portal.review.enums import SeatKind
    from portal.review.models import Panel
    from portal.review.selectors.rules import scored_parts

    phase, officer = Phase.objects.get(slug=slug), _user(OFFICER)
    for part in scored_parts(phase):
        name, emails = PANELS[part.key]
        panel = Panel.objects.filter(phase=phase, part=part.key).first() or actions.create_panel(
            phase, kind=part.panel.kind, part=part.key, name=name, created_by=officer
        )
        for place, email in enumerate(emails):
            if not panel.seats.filter(user__email=email).exists():
                kind = SeatKind.REGULAR if place else SeatKind.CHAIR
                actions.seat_panel(panel, user=_user(email), seated_by=officer, kind=kind)


def seat_on(slug: str, panel: str, *emails: str) -> None:
    """People who sit on a panel that the officer has made, their declarations made."""
    from portal.review import actions
    from portal.review.models import Panel
    from tests.factories.review import declare_clear

    row = Panel.objects.get(phase__slug=slug, name=panel)
    for email in emails:
        declare_clear(actions.seat_panel(row, user=_user(email), seated_by=_user(OFFICER)))


def score(slug: str, number: str) -> None:
    from portal.review import actions
    from portal.review.enums import DeclarationState, SheetState
    from portal.review.models import PanelSeat, ScoreSheet
    from tests.factories.review import declare_clear

    officer = _user(OFFICER)
    seats = (
        PanelSeat.objects.filter(panel__phase__slug=slug).exclude(panel__part="").select_related("panel__phase", "user")
    )
    for row in seats:
        if row.declaration.state == DeclarationState.MISSING:
            declare_clear(row)
        actions.assign(PanelSeat.objects.get(pk=row.pk), entries=row.panel.phase.entries.all(), assigned_by=officer)
        for sheet in ScoreSheet.objects.filter(assignment__seat=row, state=SheetState.DRAFT):
            _score(sheet, phase=int(number), place=PANELS[row.panel.part][1].index(row.user.email))


def _score(sheet, *, phase: int, place: int) -> None:
    from portal.review import actions
    from portal.review.actions import SheetValues

    part, code = sheet.assignment.seat.panel.part, sheet.assignment.entry.code
    by: Callable[..., dict[str, str]] = figures.expert_scores if part == "expert" else figures.rating
    values = SheetValues(scores=by(phase, code, number=place), opinion=f"{code}에 대한 의견 {place + 1}")
    saved = actions.save_score(sheet, values=values, version=sheet.version, saved_by=sheet.assignment.seat.user)
    actions.sign_sheet(saved, signed_by=sheet.assignment.seat.user)


def measure(slug: str, number: str) -> None:
    from portal.consortia.models import Entry
    from portal.review import actions
    from portal.review.actions import OutsideFigure
    from portal.review.models import OutsideResult

    officer, second = _user(OFFICER), _user(SECOND_OFFICER)
    for entry in Entry.objects.filter(phase__slug=slug):
        for (part, item), value in figures.MEASURED[int(number)][entry.code].items():
            if OutsideResult.objects.filter(entry=entry, part=part, item=item).exists():
                continue
            target = figures.TARGET if part == "individual" else ""
            figure = OutsideFigure(part, item, value, _document(entry.phase, officer), target=target)
            row = actions.enter_outside_result(entry, figure=figure, entered_by=officer)
            actions.confirm_outside_result(row, confirmed_by=second)


def _document(phase, officer):
    from portal.review.actions import keep_outside_document

    facts = {"body": "측정 기관", "title": f"{phase.slug} 측정 결과", "name": "report.txt"}
    return keep_outside_document(phase, chunks=[phase.slug.encode()], kept_by=officer, **facts)


def ranks() -> None:
    from portal.review.models import Tally

    found = {}
    for tally in Tally.objects.select_related("phase").order_by("pk"):
        rows = sorted(tally.output["entries"], key=lambda row: row["rank_by_score"])
        found[tally.phase.slug] = " ".join(row["code"] for row in rows)
    sys.stdout.write(json.dumps(found))


ACTS = {
    "ranks": ranks,
    "people": people,
    "enter": enter,
    "register": register,
    "seat-on": seat_on,
    "hand-in": hand_in,
    "seat": seat,
    "score": score,
    "figures": measure,
}

if __name__ == "__main__":
    followed()
    django.setup()
    ACTS[sys.argv[1]](*sys.argv[2:])
