"""Steps that several tests of decisions share, through the real actions."""

from portal.review import actions
from portal.review.actions import Draft
from portal.review.enums import AppealGround, Basis, Outcome, PanelKind
from portal.review.models import Appeal, Decision, Panel
from tests.factories.review import Scene, make_panel, make_seat


def approved(scene: Scene, decision: Decision) -> Decision:
    decision = actions.endorse_decision(decision, minutes=scene.meeting(), endorsed_by=scene.officer)
    return actions.approve_decision(decision, approved_by=scene.decider)


def notified(scene: Scene, decision: Decision) -> Decision:
    actions.notify_decision(approved(scene, decision), notified_by=scene.officer)
    return Decision.objects.get(pk=decision.pk)


def later(scene: Scene, concerned: Decision, outcome: Outcome, basis: Basis) -> Decision:
    draft = Draft(outcome, basis, "뒤에 드러난 사실")
    return actions.draft_later_decision(concerned, draft=draft, drafted_by=scene.officer)


def decision_on(scene: Scene, entry: int) -> Decision:
    return Decision.objects.get(entry=scene.entries[entry], supersedes=None, concerns=None)


def appeal_panel(scene: Scene, *, members: int = 3) -> Panel:
    panel = make_panel(scene.phase, kind=PanelKind.APPEAL, part="", name="이의신청 평가위원회")
    for _number in range(members):
        make_seat(panel, officer=scene.officer)
    return panel


def referred_appeal(scene: Scene, *, entry: int = 2) -> Appeal:
    """Lodged by the team, admitted, and given to a disjoint panel of three."""
    row = actions.lodge_appeal(
        decision_on(scene, entry), ground=AppealGround.MISREADING, text="표 3", lodged_by=scene.members[entry]
    )
    row = actions.rule_on_admission(row, admit=True, reason="사유 적격", ruled_by=scene.officer)
    return actions.refer_appeal(row, panel=appeal_panel(scene), referred_by=scene.officer)


def ruled_appeal(scene: Scene, *, uphold: bool, entry: int = 2) -> Appeal:
    row = referred_appeal(scene, entry=entry)
    return actions.rule_on_appeal(
        row, uphold=uphold, minutes=scene.meeting(panel=row.panel), reason="다시 읽음", ruled_by=scene.decider
    )


def reopened(scene: Scene, *, entry: int = 2) -> Decision:
    """An upheld objection, and the notified decision to evaluate the entry again."""
    ruled_appeal(scene, uphold=True, entry=entry)
    draft = Draft(Outcome.RE_EVALUATE, Basis.APPEAL, "이의신청 인용")
    again = actions.draft_decision(
        scene.entries[entry], draft=draft, drafted_by=scene.officer, supersedes=decision_on(scene, entry)
    )
    return notified(scene, again)
