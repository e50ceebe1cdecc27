"""What an answer of the completions protocol must hold, checked against the request; only checked fields go on to the harness."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from evaluation.core.endpoint.faults import Fault, ServedError

LONGEST_TEXT = 512  # characters per generated token, at most: some vocabularies hold long runs of spaces
LARGEST = 1e30  # of any log-probability; JSON carries whole numbers of any length, which no float can be
TOLERANCE = 1e-3  # a log-probability may exceed 0 by rounding


class Checked(NamedTuple):
    """One choice as the harness reads it, and the tokens it stands for."""

    choice: dict[str, Any]
    tokens_in: int
    tokens_out: int


def check_answer(answer: Any, *, request: Mapping[str, Any]) -> Checked:
    """`request` has one prompt as token ids; with `echo` it asks for the log-probability of every token of it and one more."""
    if not isinstance(answer, dict):
        raise ServedError(Fault.SHAPE, "answer", "is not a JSON object")
    choices = answer.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        raise ServedError(Fault.SHAPE, "answer $.choices", "must be a list with one object for one prompt")
    text = choices[0].get("text")
    if not isinstance(text, str):
        raise ServedError(Fault.SHAPE, "answer $.choices[0].text", "must be text")
    asked = len(request["prompt"])
    if request.get("echo"):
        logprobs = _logprobs(choices[0].get("logprobs"), tokens=asked + 1)
        _check_usage(answer.get("usage"), asked=asked, most=1)
        return Checked({"index": 0, "text": "", "logprobs": logprobs}, asked, 1)
    most = int(request["max_tokens"])
    if len(text) > LONGEST_TEXT * most:
        message = f"has more characters than {most} tokens can be"
        raise ServedError(Fault.TOKENS, "answer $.choices[0].text", message)
    written = _check_usage(answer.get("usage"), asked=asked, most=most)
    return Checked({"index": 0, "text": _encodable(text)}, asked, written)


def _encodable(text: str) -> str:
    """Halves of surrogate pairs, which JSON can carry and no file can, become the sign for what is not known.

    >>> _encodable("a" + chr(0xD800) + "b")
    'a�b'
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _check_usage(usage: Any, *, asked: int, most: int) -> int:
    """Tokens written, 0 where the server does not say; a count that cannot be true is a fault, not another figure."""
    if usage is None:
        return 0
    where = "answer $.usage"
    if not isinstance(usage, dict):
        raise ServedError(Fault.SHAPE, where, "must be an object")
    read, written = usage.get("prompt_tokens", asked), usage.get("completion_tokens", 0)
    if not all(isinstance(count, int) and not isinstance(count, bool) for count in (read, written)):
        raise ServedError(Fault.SHAPE, where, "must hold whole numbers")
    if read != asked:
        raise ServedError(Fault.TOKENS, f"{where}.prompt_tokens", f"is not {asked}, and so many tokens were sent")
    if not 0 <= written <= most:
        raise ServedError(
            Fault.TOKENS, f"{where}.completion_tokens", f"is more than {most}, and no more were asked for"
        )
    return written


def _logprobs(found: Any, *, tokens: int) -> dict[str, Any]:
    where = "answer $.choices[0].logprobs"
    if not isinstance(found, dict):
        raise ServedError(Fault.LOGPROBS, where, 'is missing although serving.json declares "logprobs": true')
    values, tops = found.get("token_logprobs"), found.get("top_logprobs")
    for name, rows in (("token_logprobs", values), ("top_logprobs", tops)):
        if not isinstance(rows, list) or len(rows) != tokens:
            message = f"must have {tokens} entries: one for each token of the prompt, and one more"
            raise ServedError(Fault.LOGPROBS, f"{where}.{name}", message)
    assert isinstance(values, list) and isinstance(tops, list)  # noqa: S101, PT018 - for the type checker
    return {
        "token_logprobs": [_value(value, n, f"{where}.token_logprobs[{n}]") for n, value in enumerate(values)],
        "top_logprobs": [_top(top, values[n], n, f"{where}.top_logprobs[{n}]") for n, top in enumerate(tops)],
    }


def _value(value: Any, position: int, where: str) -> float | None:
    """The first token has no context, so it may have none."""
    if value is None and position == 0:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        raise ServedError(Fault.LOGPROBS, where, "is no finite number; check weights and dtype")
    if value > TOLERANCE:
        raise ServedError(Fault.LOGPROBS, where, "is above 0, which the logarithm of a probability never is")
    return float(value)


def _top(top: Any, value: Any, position: int, where: str) -> dict[str, float] | None:
    """The likeliest tokens at a place: none of them may be less likely than the token that stands there."""
    if not top and position == 0:
        return None
    if not isinstance(top, dict) or not 0 < len(top) <= 100:
        raise ServedError(Fault.LOGPROBS, where, "must name the likeliest token at this place")
    checked = {str(token)[:200]: float(_value(number, 1, where) or 0.0) for token, number in top.items()}
    if value is not None and max(checked.values()) < value - TOLERANCE:
        raise ServedError(Fault.LOGPROBS, where, "holds no token as likely as the one that stands there")
    return checked
