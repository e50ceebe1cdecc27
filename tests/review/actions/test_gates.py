from datetime import timedelta

import pytest
from django.utils import timezone

from portal.review import actions
from portal.review.errors import NotPossible
from portal.review.models import Disqualification, Notice
from portal.review.selectors.gates import verdict_on
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


@pytest.fixture
def case(scene):
    evidence = [{"reference": "run 7", "note": "z = 41"}]
    return actions.raise_disqualification(
        scene.entries[1], gate="originality", grounds="동일 텐서", evidence=evidence, raised_by=scene.officer
    )


def notify(scene, case, days=3):
    due = timezone.now() + timedelta(days=days)
    return actions.notify_disqualification(case, reply_due=due, notified_by=scene.officer)


def close_window(case):
    Disqualification.objects.filter(pk=case.pk).update(reply_due=timezone.now() - timedelta(seconds=1))


def rule(scene, case, *, uphold=True, votes_for=None):
    return actions.rule_on_disqualification(
        case, uphold=uphold, minutes=scene.meeting(votes_for=votes_for), reason="증거", ruled_by=scene.decider
    )


def test_raising_tells_nobody(scene, case):
    assert case.state == "raised"
    assert Notice.objects.count() == 0


def test_notifying_tells_the_team_the_grounds_and_the_term(scene, case):
    notified = notify(scene, case)

    notice = Notice.objects.get()
    assert notice.consortium == scene.entries[1].consortium
    assert notice.content["grounds"] == "동일 텐서"
    assert notice.content["reply_due"] == notified.reply_due.isoformat()


def test_the_term_lies_ahead(scene, case):
    with pytest.raises(NotPossible):
        notify(scene, case, days=-1)


def test_a_reply_counts_within_the_window_only(scene, case):
    notified = notify(scene, case)
    close_window(case)

    with pytest.raises(NotPossible):
        actions.reply_to_disqualification(notified, text="아닙니다", replied_by=scene.members[1])


def test_only_the_team_itself_replies(scene, case):
    notified = notify(scene, case)

    with pytest.raises(NotPossible):
        actions.reply_to_disqualification(notified, text="아닙니다", replied_by=scene.members[0])


def test_there_is_one_reply(scene, case):
    replied = actions.reply_to_disqualification(notify(scene, case), text="아닙니다", replied_by=scene.members[1])

    with pytest.raises(NotPossible):
        actions.reply_to_disqualification(replied, text="정말 아닙니다", replied_by=scene.members[1])


def test_nothing_is_ruled_before_the_reply(scene, case):
    with pytest.raises(NotPossible):
        rule(scene, notify(scene, case))


def test_no_lapse_while_the_window_is_open(scene, case):
    with pytest.raises(NotPossible):
        actions.lapse_disqualification(notify(scene, case), lapsed_by=scene.officer)


def test_a_lapsed_case_is_ruled(scene, case):
    notify(scene, case)
    close_window(case)
    lapsed = actions.lapse_disqualification(case, lapsed_by=scene.officer)

    ruling = rule(scene, lapsed)

    assert ruling.verdict == "fail"
    assert verdict_on(scene.entries[1], "originality") == ruling


def test_upholding_needs_a_majority_of_the_seated(scene, case):
    replied = actions.reply_to_disqualification(notify(scene, case), text="아닙니다", replied_by=scene.members[1])

    with pytest.raises(NotPossible):
        rule(scene, replied, votes_for=1)


def test_dropping_passes_the_gate(scene, case):
    replied = actions.reply_to_disqualification(notify(scene, case), text="로그 첨부", replied_by=scene.members[1])

    assert rule(scene, replied, uphold=False, votes_for=0).verdict == "pass"


def test_a_gate_with_an_open_case_is_not_passed_beside_it(scene, case):
    with pytest.raises(NotPossible):
        actions.pass_gate(scene.entries[1], gate="originality", reason="좋음", ruled_by=scene.officer)


def test_one_case_at_a_time(scene, case):
    with pytest.raises(NotPossible):
        actions.raise_disqualification(
            scene.entries[1], gate="originality", grounds="또", evidence=[], raised_by=scene.officer
        )


def test_an_unknown_gate_is_named_with_the_known_ones(scene):
    with pytest.raises(NotPossible, match="originality"):
        actions.pass_gate(scene.entries[0], gate="beauty", reason="x", ruled_by=scene.officer)


def test_nothing_passes_by_itself(scene):
    assert verdict_on(scene.entries[0], "originality") is None
