"""The outbox with a letter that was sent, one that was given up and one that waits; the register of numbers."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from portal.letters.actions import send_due_letters
from portal.letters.models import Letter
from portal.review import actions
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.review import Scene


def pages() -> Iterator[Page]:
    scene = Scene()
    soon = timezone.now() + timedelta(days=2)
    for text in ("학습 데이터의 출처는?", "토크나이저는 직접 학습했습니까?", "기준 모델은?"):
        actions.ask_question(scene.entries[0], text=text, due_at=soon, asked_by=scene.officer)
    sent, failed, _waiting = Letter.objects.order_by("pk")
    Letter.objects.exclude(pk=sent.pk).update(not_before=soon)
    send_due_letters()
    error = "SMTPRecipientsRefused: 550 5.1.1 mailbox unavailable"
    Letter.objects.filter(pk=failed.pk).update(state="failed", attempts=8, error=error)
    scene.meeting()
    officer, auditor = make_user("officer", name="사업 담당 3"), make_user("auditor", name="감사 담당 3")
    letters = reverse("ops_letters:letters")
    yield Page("letters", letters, officer)
    yield Page("letters-failed", f"{letters}?state=failed", officer)
    yield Page("letters-of-auditor", reverse("ops_letters:letter", args=[sent.pk]), auditor)
    yield Page("letter-failed", reverse("ops_letters:letter", args=[failed.pk]), officer)
    yield Page("letters-numbers", reverse("ops_letters:numbers"), officer)
