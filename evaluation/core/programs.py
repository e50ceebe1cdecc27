"""From what a model wrote to the program that is tried: the question's beginning with its continuation, or a fenced block."""

import re

LONGEST_ANSWER = 200_000  # characters
FENCE = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:\n```|\Z)", flags=re.DOTALL)


def program_of(question: str, answer: str, *, entry: str) -> str:
    r"""The whole program. A block that defines the function stands alone; anything else goes on where the question stops.

    >>> program_of("def one():\n", "    return 1\n", entry="one")
    'def one():\n    return 1\n\n'
    """
    answer = answer[:LONGEST_ANSWER]
    fenced = FENCE.search(answer)
    if fenced and _defines(fenced[1], entry):
        return imports_of(question) + fenced[1] + "\n"
    if fenced and not answer[: fenced.start()].strip():
        return question + fenced[1] + "\n"
    return question + _before_fence(answer)


def imports_of(question: str) -> str:
    """What the question imports on lines of its own, for an answer that starts anew."""
    lines = [line for line in question.splitlines() if re.match(r"(import|from)\s+\w", line)]
    return "".join(f"{line}\n" for line in lines)


def _defines(text: str, entry: str) -> bool:
    return re.search(rf"^(async\s+)?def\s+{re.escape(entry)}\s*\(", text, flags=re.MULTILINE) is not None


def _before_fence(answer: str) -> str:
    """A continuation that closes a block it never opened ends there."""
    return answer.partition("\n```")[0] + "\n"
