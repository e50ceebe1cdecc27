"""The blind console: an evaluator's way with a model that answered, one that named its maker and one that is silent; team and staff."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from portal.console import actions
from portal.console.enums import Failure
from portal.console.models import Answer, EndpointCheck, Question, Trial
from portal.review.enums import PanelKind
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.console import NOWHERE, Evaluation, terms
from tests.factories.review import make_panel, make_phase, make_seat


def path(name: str, **kwargs: object) -> str:
    return reverse(name, kwargs=kwargs)


def pages() -> Iterator[Page]:
    yield from _under_way()
    yield from _signed()
    yield from _prepared()


def _say(trial: Trial, number: int, question: str, *, shown: str = "", failure: str = "") -> None:
    row = Question.objects.create(trial=trial, number=number, text=question)
    Answer.objects.create(question=row, shown=shown, text=shown, masked=shown.count("\ufffc"), failure=failure)


def _under_way() -> Iterator[Page]:
    guide = "모델마다 같은 질문을 해 보세요.\n답의 내용만 평가하세요."
    scene = Evaluation([NOWHERE] * 4, evaluators=2, round_terms=terms(minimum_seconds=180, guide_ko=guide))
    owner, officer = scene.evaluator(), scene.officer
    first = scene.begin(1)
    _say(first, 1, "훈민정음이 반포된 해는?", shown="1446년입니다.\n세종 28년에 반포되었습니다.")
    _say(first, 2, "너는 누가 만들었어?", shown="저는 \ufffc에서 만든 모델입니다. 무엇을 도와드릴까요?")
    scene.rate(first, opinion="설명이 또렷하다.")
    yield Page("console-home", path("console:home"), owner)
    yield Page("console-round", path("console:round", round_id=scene.round.pk), owner)
    yield Page("console-trial", path("console:trial", key=first.key), owner)
    yield Page("console-trial-not-begun", path("console:trial", key=scene.trials()[3].key), owner)
    yield Page("console-sign-off-open", path("console:sign_off", round_id=scene.round.pk), owner)
    silent = scene.begin(1, seat=1)
    _say(silent, 1, "1부터 10까지 더하면?", failure=Failure.TIMEOUT)
    yield Page("console-trial-silent", path("console:trial", key=silent.key), scene.evaluator(1))
    phase = scene.phase.pk
    served = path("ops_console:endpoint", phase_id=phase, entry_id=scene.entries[0].pk)
    yield Page("ops-console-rounds", path("ops_console:rounds", phase_id=phase), officer)
    yield Page("ops-console-round", path("ops_console:round", round_id=scene.round.pk), officer)
    yield Page("ops-console-endpoint", served, officer)
    yield Page("team-endpoint-fixed", path("console:endpoint", entry_id=scene.entries[0].pk), scene.members[0])


def _signed() -> Iterator[Page]:
    scene = Evaluation([NOWHERE] * 2, evaluators=1)
    for trial in scene.trials():
        begun = actions.begin(trial, begun_by=scene.evaluator())
        _say(begun, 1, "1 + 1 = ?", shown="2입니다.")
        scene.rate(begun)
        actions.finish(begun, finished_by=scene.evaluator())
    yield Page(
        "console-sign-off-ready", path("console:sign_off", round_id=scene.round.pk), scene.evaluator(), recent=False
    )
    other = Evaluation([NOWHERE] * 2, evaluators=1)
    for trial in other.trials():
        begun = actions.begin(trial, begun_by=other.evaluator())
        _say(begun, 1, "1 + 1 = ?", shown="2입니다.")
        other.rate(begun)
        Trial.objects.filter(pk=begun.pk).update(opened_at=timezone.now() - timedelta(minutes=4))
        actions.finish(begun, finished_by=other.evaluator())
    actions.sign_ratings(other.round, signed_by=other.evaluator())
    yield Page("console-round-signed", path("console:round", round_id=other.round.pk), other.evaluator())
    yield Page("console-sign-off-signed", path("console:sign_off", round_id=other.round.pk), other.evaluator())
    other.phase.state = "sealed"
    other.phase.save(update_fields=["state"])
    yield Page("ops-console-record", path("ops_console:record", round_id=other.round.pk), other.officer)


def _prepared() -> Iterator[Page]:
    scene = Evaluation(opened=False)
    EndpointCheck.objects.create(endpoint=scene.endpoints[1], failure=Failure.STATUS, checked_by=scene.officer)
    panel = make_panel(scene.phase, kind=PanelKind.USER, part="user", name="둘째 사용자 평가단")
    waiting = make_seat(scene.panel, officer=scene.officer, user=make_user("reviewer"))
    yield Page("console-home-empty", path("console:home"), waiting.user)
    yield Page("review-home-blind", path("review:home"), waiting.user)
    yield Page("ops-console-prepared", path("ops_console:round", round_id=scene.round.pk), scene.officer)
    yield Page("ops-console-terms", path("ops_console:terms", round_id=scene.round.pk), scene.officer)
    new = path("ops_console:new_round", phase_id=scene.phase.pk, panel_id=panel.pk)
    yield Page("ops-console-new", new, scene.officer)
    yield Page("team-endpoint", path("console:endpoint", entry_id=scene.entries[0].pk), scene.members[0])
    empty = make_phase("closed")
    yield Page("ops-console-empty", path("ops_console:rounds", phase_id=empty.pk), scene.officer)
