"""A question to a model and its answer. The question is kept before the network is asked, so that nothing typed is lost."""

import math
import time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.formats.canonical import digest_of
from portal.console.actions.base import leave_trace, own_trial, require_round
from portal.console.enums import AuditAction, Failure, RoundState, TrialState
from portal.console.errors import NoAnswer
from portal.console.models import Answer, Endpoint, Question, Trial
from portal.console.names import plain
from portal.console.selectors.endpoints import current_endpoint, service_of
from portal.console.selectors.names import finder_for
from portal.console.selectors.talk import messages_for
from portal.console.selectors.trials import is_lost
from portal.console.served import Reply, ask
from portal.review.actions.base import locked
from portal.review.errors import NotPossible

LONGEST_QUESTION = 8000


@transaction.atomic
def put_question(trial: Trial, *, text: str, number: int, put_by: User) -> Question | None:
    """Keep a question. `number` is the one the page offered: None when it was sent twice, so that nothing is asked twice."""
    row = own_trial(trial, put_by)
    require_round(row.round, RoundState.OPEN)
    if row.state != TrialState.OPEN:
        raise NotPossible(_("Begin this model first, then ask."))
    last = row.questions.order_by("-number").first()
    if last is not None and number <= last.number:
        return None
    lost = _require_turn(row, last)
    question = Question.objects.create(trial=row, number=(last.number if last else 0) + 1, text=_sound(row, text))
    if lost is not None:
        Answer.objects.create(question=lost, failure=Failure.LOST)
    leave_trace(
        AuditAction.QUESTION_PUT,
        by=put_by,
        subject=question,
        after={"trial": row.pk, "number": question.number, "digest": digest_of(question.text)},
    )
    return question


def _require_turn(row: Trial, last: Question | None) -> Question | None:
    """The last question if its answer is lost; refused while it is still awaited."""
    if last is not None and not Answer.objects.filter(question=last).exists():
        if not is_lost(last, row.round):
            raise NotPossible(_("The answer to your last question is still on its way. Wait for it, then ask."))
        return last
    if row.questions.count() >= row.round.questions_most:
        raise NotPossible(
            _("You have put %(n)s questions, the most there are for one model.") % {"n": row.round.questions_most}
        )
    return None


def _sound(row: Trial, text: str) -> str:
    """The text as it is sent: not empty, not too long, and naming no maker, since a plain "yes" would say it all."""
    clean = plain(text).strip()
    if not clean:
        raise NotPossible(_("Write a question first."))
    if len(clean) > LONGEST_QUESTION:
        raise NotPossible(
            _("The question has %(n)s characters; at most %(most)s are sent. Shorten it.")
            % {"n": len(clean), "most": LONGEST_QUESTION}
        )
    if finder_for(row.round).finds(clean):
        raise NotPossible(
            _(
                "Your question names a team, an institution or a model of this evaluation. Ask without the name: you rate blind."
            )
        )
    return clean


def answer_question(question: Question) -> Answer:
    """Ask the served model and keep what came. No transaction is open while it thinks, and answers come in common steps."""
    started = time.monotonic()
    evaluation = question.trial.round
    endpoint = current_endpoint(question.trial.assignment.entry)
    reply, failure = _reply_to(question, endpoint)
    text = plain(reply.text).strip()[: evaluation.answer_characters] if reply else ""
    masked = finder_for(evaluation).mask(text)
    if not failure and not text:
        failure = Failure.EMPTY
    _keep_pace(time.monotonic() - started, float(evaluation.pace_seconds))
    return _keep_answer(
        question,
        Answer(
            endpoint=endpoint,
            failure=failure,
            text=text,
            shown=masked.text,
            masked=masked.found,
            milliseconds=reply.milliseconds if reply else 0,
        ),
    )


def _reply_to(question: Question, endpoint: Endpoint | None) -> tuple[Reply | None, str]:
    if endpoint is None:
        return None, Failure.ADDRESS
    try:
        seconds = question.trial.round.answer_seconds
        return ask(service_of(endpoint), messages=messages_for(question), seconds=seconds), ""
    except NoAnswer as error:
        return None, error.failure


def _keep_pace(spent: float, pace: float) -> None:
    """Wait to the next full step: the speed of a model, or of its failure, is not read off the clock."""
    time.sleep(max(math.ceil(spent / pace), 1) * pace - spent)


@transaction.atomic
def _keep_answer(question: Question, answer: Answer) -> Answer:
    """The first answer stays: one that was given up as lost is not rewritten by a late one."""
    trial = locked(question.trial)
    standing = Answer.objects.filter(question=question).first()
    if standing is not None:
        return standing
    answer.question, answer.answered_at = question, timezone.now()
    answer.save(force_insert=True)
    leave_trace(
        AuditAction.ANSWER_KEPT,
        by=trial.assignment.seat.user,
        subject=question,
        after={
            "endpoint": answer.endpoint_id,
            "failure": answer.failure,
            "digest": digest_of(answer.text),
            "masked": answer.masked,
        },
    )
    return answer
