"""What people do who do not sit at the browser of this test, through the same actions as the pages.

python -m tests.e2e.way.others nuri FOLDER    the second team registers, enters and hands in
python -m tests.e2e.way.others panel          reviewers 2 and 3 declare, get their entries, score and sign
python -m tests.e2e.way.others idle EMAIL     the last proof of this person's identity becomes an hour old
"""

import sys
from pathlib import Path

import django

from tests.e2e.way.people import NURI, OFFICER, REVIEWERS

HOUR = 3600


def nuri(folder: str) -> None:
    from portal.accounts.models import User
    from portal.common.viewer import viewer_of_user
    from portal.consortia.actions import InstitutionData, enter_phase, register_consortium
    from portal.programmes.models import Phase
    from tests.factories.submissions import handed_in

    manager = viewer_of_user(User.objects.get(email=NURI))
    lead = InstitutionData("누리 대학교", "Nuri University", "2222222222")
    consortium = register_consortium(
        "nuri", name_ko="누리 컨소시엄", name_en="Nuri consortium", lead=lead, actor=manager
    )
    entry = enter_phase(consortium, phase=Phase.objects.get(slug="demo-1"), actor=manager)
    handed_in(entry, Path(folder), seed=7)


def panel() -> None:
    from portal.accounts.models import User
    from portal.review import actions
    from portal.review.actions import SheetValues
    from portal.review.models import PanelSeat
    from tests.factories.review import declare_clear

    officer = User.objects.get(email=OFFICER)
    for number, email in enumerate(REVIEWERS[1:]):
        seat = PanelSeat.objects.select_related("user", "declaration", "panel__phase").get(user__email=email)
        declare_clear(seat)
        for sheet in actions.assign(seat, entries=seat.panel.phase.entries.all(), assigned_by=officer):
            values = SheetValues(scores={"strategy": str(28 + number), "impact": "15"}, opinion=f"의견 {number + 2}")
            saved = actions.save_score(sheet, values=values, version=sheet.version, saved_by=seat.user)
            actions.sign_sheet(saved, signed_by=seat.user)


def idle(email: str) -> None:
    """Step-up asks again for what is older than ten minutes; nobody waits that long in a test."""
    from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as PROOFS
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    from portal.accounts.models import User

    user = User.objects.get(email=email)
    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        if session.get("_auth_user_id") == str(user.pk):
            session[PROOFS] = [{**proof, "at": proof["at"] - HOUR} for proof in session[PROOFS]]
            session.save()


if __name__ == "__main__":
    django.setup()
    {"nuri": nuri, "panel": panel, "idle": idle}[sys.argv[1]](*sys.argv[2:])
