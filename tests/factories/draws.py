"""Draws of public panels for tests: two cells, a pool larger than the seats."""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import User
from portal.review import actions
from portal.review.actions import PoolPerson, Quota
from portal.review.enums import PanelKind, Sex
from portal.review.models import Draw, Panel
from tests.factories.review import make_panel, make_phase

QUOTAS = [Quota(Sex.FEMALE, "20-29", 2, 2), Quota(Sex.MALE, "20-29", 1, 1)]


def soon(days: int = 3):
    return timezone.now() + timedelta(days=days)


def people(count: int = 12, *, prefix: str = "citizen") -> list[PoolPerson]:
    """Addresses in turn of both cells."""
    return [
        PoolPerson(f"{prefix}-{n:02d}@example.org", [Sex.FEMALE, Sex.MALE][n % 2], "20-29", f"응모자 {n}")
        for n in range(count)
    ]


def public_panel(phase=None) -> Panel:
    return make_panel(phase or make_phase(), kind=PanelKind.PUBLIC, name="국민 평가단")


def make_draw(officer: User, *, panel: Panel | None = None, until: str = "drawn", figure: str = "7 11 23") -> Draw:
    """A draw carried on to the state `until`."""
    draw = actions.draft_draw(panel or public_panel(), quotas=QUOTAS, drafted_by=officer)
    actions.add_to_pool(draw, people=people(), added_by=officer)
    steps = {
        "committed": lambda: actions.commit_draw(draw, committed_by=officer, source="복권 1203회 당첨번호"),
        "closed": lambda: actions.close_pool(draw, closed_by=officer),
        "drawn": lambda: actions.make_draw(draw, drawn_by=officer, figure=figure),
    }
    for state, step in steps.items():
        if draw.state == until:
            break
        draw = step()
        assert draw.state == state
    return draw
