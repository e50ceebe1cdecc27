"""The conversation as the served model gets it: the round's instruction, the last turns that were answered, the question."""

from portal.console.models import Question
from portal.console.served import Message

MOST_TURNS = 20
MOST_CHARACTERS = 60_000


def messages_for(question: Question) -> list[Message]:
    """Failed turns are left out. Older turns go first when it grows too long; the question itself always stands."""
    instruction = question.trial.round.instruction
    messages: list[Message] = [Message("user", question.text)]
    room = MOST_CHARACTERS - len(question.text)
    for turn in _answered_before(question):
        room -= len(turn.text) + len(turn.answer.text)
        if room < 0:
            break
        messages = [Message("user", turn.text), Message("assistant", turn.answer.text), *messages]
    return [Message("system", instruction), *messages] if instruction else messages


def _answered_before(question: Question) -> list[Question]:
    rows = Question.objects.filter(trial=question.trial, number__lt=question.number, answer__failure="")
    return list(rows.select_related("answer").order_by("-number")[:MOST_TURNS])
