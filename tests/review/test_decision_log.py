from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.consortia.models import Amendment
from portal.programmes.models import DeadlineChange
from portal.review import actions
from portal.review.enums import Basis, Outcome
from portal.review.models import Appeal, Decision, GateRuling, Verification
from portal.review.selectors.decisions import decision_log
from tests.factories.review import Scene
from tests.review.deciding import decision_on, later, notified, reopened, ruled_appeal

pytestmark = pytest.mark.django_db


def on(day, hour=3):
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def lines(scene):
    slug = scene.phase.slug
    return [str(line).replace(slug, "dokja-1") for line in decision_log(scene.phase.programme)]


def test_decisions_objections_and_deadlines_in_the_order_of_time():
    scene = Scene()
    scene.notify()
    ruled_appeal(scene, uphold=False)
    notified(scene, later(scene, decision_on(scene, 0), Outcome.ANNUL, Basis.FINDING))
    Decision.objects.update(notified_at=on(15))
    Decision.objects.filter(outcome="annul").update(notified_at=on(30, hour=16))
    Appeal.objects.update(ruled_at=on(28))
    DeadlineChange.objects.create(
        phase=scene.phase, before=on(2), after=on(4), reason="공지\n늦음", decided_by="user:1", decided_at=on(1)
    )

    assert lines(scene) == [
        "2026-01-01 dokja-1 - deadline 2026-01-02 → 2026-01-04: 공지 늦음 [all]",
        "2026-01-15 dokja-1 A advance rank: 총점 순위에 따름 [annulled]",
        "2026-01-15 dokja-1 B advance rank: 총점 순위에 따름 [notified]",
        "2026-01-15 dokja-1 C cut rank: 총점 순위에 따름 [notified]",
        "2026-01-28 dokja-1 C objection misreading: 다시 읽음 [dismissed]",
        "2026-01-31 dokja-1 A annul finding: 뒤에 드러난 사실 [notified]",
    ]


def test_rulings_holds_and_vacancies_have_lines_and_drafts_have_none():
    scene = Scene()
    scene.seal()
    case = actions.raise_disqualification(
        scene.entries[1], gate="originality", grounds="동일 텐서", evidence=[], raised_by=scene.officer
    )
    case = actions.notify_disqualification(case, reply_due=datetime(2099, 1, 1, tzinfo=UTC), notified_by=scene.officer)
    actions.reply_to_disqualification(case, text="직접 학습", replied_by=scene.members[1])
    actions.rule_on_disqualification(
        case, uphold=True, minutes=scene.meeting(), reason="소명 부족", ruled_by=scene.officer
    )
    held = actions.hold_entry(scene.entries[2], reason="더 본다", held_by=scene.officer)
    actions.release_entry(held, reason="확인됨", released_by=scene.officer)
    scene.pass_gates()
    actions.take_tally(scene.phase, taken_by=scene.officer)
    scene.phase.refresh_from_db()
    scene.decide(scene.entries[1], Outcome.DISQUALIFY, Basis.GATE)
    vacancy = actions.draft_vacancy(scene.phase, seats=2, public_rationale="결원", drafted_by=scene.officer)
    vacancy = actions.endorse_decision(vacancy, minutes=scene.meeting(), endorsed_by=scene.officer)
    assert len(decision_log(scene.phase.programme)) == 4
    actions.approve_decision(vacancy, approved_by=scene.decider)
    Verification.objects.update(opened_at=on(9), closed_at=on(10))
    Decision.objects.update(approved_at=on(14))
    # insert-only rows keep their time; the line is taken out of the order for the comparison
    ruled = str(GateRuling.objects.get(verdict="fail").ruled_at.date())[:4]

    found = lines(scene)

    assert [line for line in found if "gate originality" not in line] == [
        "2026-01-09 dokja-1 C hold: 더 본다 [released]",
        "2026-01-10 dokja-1 C release: 확인됨 [released]",
        "2026-01-14 dokja-1 B disqualify gate: 총점 순위에 따름 [approved]",
        "2026-01-14 dokja-1 seats=2 vacate_seat vote: 결원 [approved]",
    ]
    (line,) = (line for line in found if "gate originality" in line)
    assert line.startswith(ruled)
    assert line.endswith("dokja-1 B gate originality fail: 소명 부족 [replied]")


def test_the_command_prints_the_same_lines_twice():
    scene = Scene()
    scene.notify()
    first, second = StringIO(), StringIO()
    for out in (first, second):
        call_command("decision_log", scene.phase.programme.slug, stdout=out)

    assert first.getvalue() == second.getvalue()
    assert first.getvalue().splitlines() == [str(line) for line in decision_log(scene.phase.programme)]


def test_an_unknown_programme_is_told_with_the_known_ones():
    scene = Scene()

    with pytest.raises(CommandError, match=scene.phase.programme.slug):
        call_command("decision_log", "nowhere")


def test_a_ruled_amendment_has_a_line_and_a_proposed_one_has_none():
    scene = Scene()
    rules = {"before": scene.phase.ruleset, "after": scene.phase.ruleset, "reply_due": on(2)}
    ruled = {"state": "adopted", "ruled_at": on(3), "ruled_by": "user:2", "ruling_reason": "전원 동의"}
    Amendment.objects.create(phase=scene.phase, number=1, reason="오기", proposed_by="user:1", **rules, **ruled)
    Amendment.objects.create(phase=scene.phase, number=2, reason="다시", proposed_by="user:1", **rules)

    assert lines(scene) == ["2026-01-03 dokja-1 - amendment 1: 전원 동의 [adopted]"]


def test_the_round_of_a_new_evaluation_stands_in_the_line_of_its_decision():
    scene = Scene()
    scene.notify()
    reopened(scene)

    assert not [line for line in lines(scene) if " hold" in line]
    assert [line for line in lines(scene) if "re_evaluate appeal" in line]
