"""Non-interference: two databases that differ only in what a person may not see give that person the same bytes everywhere.

Every GET of the URLconf is asked, with every object there is, by everybody, at three stages. And those who may see: differ.
"""

import pytest
from django.db import connection

from portal.accounts.models import User
from portal.review import actions
from portal.review.actions import Draft, SheetValues
from portal.review.enums import Basis, Outcome
from portal.review.models import ScoreSheet
from tests.factories.accounts import make_user
from tests.factories.review import Scene, make_member, make_panel, make_seat
from tests.leak_probe.asking import answers
from tests.leak_probe.twin import in_both_worlds

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="ids come back after a rollback on SQLite alone"),
]


class World(Scene):
    """Four experts. Where the worlds differ, seats 1 and 2 have exchanged their sheets: every sum, mean and set of opinions stays."""

    def __init__(self, *, differs: bool) -> None:
        super().__init__(experts=4)
        self.differs = differs
        undeclared = make_seat(make_panel(self.phase), officer=self.officer, cleared=False)
        self.people: dict[str, User | None] = {
            "owner": self.seats[1].user,
            "chair": self.seats[0].user,
            "colleague": self.seats[3].user,
            "undeclared": undeclared.user,
            "officer": self.officer,
            "decider": self.decider,
            "auditor": self.auditor,
            "every role": make_user("officer", "decider", "auditor", "operator", "reviewer"),
            "officer of a rival": make_member(self.entries[1], user=make_user("officer", "auditor", "team")),
            "own team": self.members[0],
            "public": None,
        }

    def values(self, seat: int, entry: int) -> SheetValues:
        writer = {1: 2, 2: 1}.get(seat, seat) if self.differs else seat
        scores = {"strategy": str(24 + 3 * writer - entry), "impact": str(5 * (writer % 3))}
        ticks = frozenset({"originality.technical"}) if writer == 1 else frozenset()
        return SheetValues(scores, {"strategy": f"메모 {writer}"}, ticks, opinion=f"평가 의견 {writer}{entry}")

    def fill_all(self) -> None:
        for seat in range(4):
            for entry in range(3):
                sheet = self.sheet_of(seat, entry)
                values = self.values(seat, entry)
                actions.save_score(sheet, values=values, version=sheet.version, saved_by=self.seats[seat].user)

    def sign_all(self) -> None:
        self.fill_all()
        for row in self.sheets:
            sheet = ScoreSheet.objects.get(pk=row.pk)
            actions.sign_sheet(sheet, signed_by=sheet.assignment.seat.user)

    def decide(self, entry, outcome: Outcome, basis: Basis = Basis.RANK):
        draft = Draft(outcome, basis, "총점 순위에 따름", private_rationale=f"비공개 사유 {self.differs}")
        decision = actions.draft_decision(entry, draft=draft, drafted_by=self.officer)
        decision = actions.endorse_decision(decision, minutes=self.meeting(), endorsed_by=self.officer)
        return actions.approve_decision(decision, approved_by=self.decider)


def while_scoring(world: World) -> None:
    """Every sheet is filled; seat 1 has signed one of its own."""
    world.fill_all()
    signed = ScoreSheet.objects.get(pk=world.sheet_of(1, 0).pk)
    actions.sign_sheet(signed, signed_by=world.seats[1].user)


OUTSIDERS = ("colleague", "undeclared", "officer of a rival", "own team", "public")
STAFF = ("chair", "officer", "decider", "auditor", "every role")
# stage: how it is reached, who must see no difference, who must see one
STAGES = {
    "scoring": (while_scoring, (*OUTSIDERS, *STAFF), ("owner",)),
    "sealed": (World.seal, OUTSIDERS, ("auditor", "owner")),
    "notified": (World.notify, OUTSIDERS, ("auditor", "owner")),
}


@pytest.mark.parametrize("stage", STAGES)
def test_nobody_learns_what_is_hidden_from_them(stage, monkeypatch, capsys):
    reach, blind, seeing = STAGES[stage]

    def look(differs):
        world = World(differs=differs)
        reach(world)
        return {who: answers(world.people[who]) for who in (*blind, *seeing)}

    one, other = in_both_worlds(look, monkeypatch=monkeypatch)

    with capsys.disabled():
        print(f"\n{stage}: {len(one)} people, {sum(map(len, one.values()))} pairs of answers")
    different = {(who, url) for who in one for url in one[who] if one[who][url] != other[who].get(url)}
    assert {(who, url) for who, url in different if who in blind} == set()
    assert {who for who, _url in different} == set(seeing)
    assert {url for seen in one.values() for url, answer in seen.items() if answer[0] >= 500} == set()
