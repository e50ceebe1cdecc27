"""A dossier with finished runs, and a session that waits for the team's word: between them they show every part and form."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from portal.review import actions as review
from tests.dossiers.test_dossier import with_runs
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.dossiers import Verified


def pages() -> Iterator[Page]:
    scene = Verified(
        actors={
            "officer": make_user("officer", name="사업 담당 8"),
            "team": make_user("team", name="팀 관리자 8"),
            "reviewer": make_user("reviewer", name="평가위원 8"),
        },
        folder=Path(tempfile.mkdtemp()),
    )
    with_runs(scene)
    question = review.ask_question(
        scene.entry,
        text="예치를 시작한 날이 학습을 시작한 날보다 늦은 까닭은 무엇인가?",
        due_at=timezone.now() + timedelta(days=2),
        asked_by=scene.officer,
    )
    review.answer_question(question, text="자체 점검을 마친 뒤 시작했다.", answered_by=scene.manager)
    held = scene.held()
    yield Page("dossier", reverse("dossiers:dossier", args=[scene.entry.pk]), scene.seat.user)
    yield Page("dossier-session-team", reverse("dossiers:session", args=[held.pk]), scene.manager)
