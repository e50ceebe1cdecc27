"""What a tokenizer must keep of a text, so that figures of different tokenizers can be compared.

A tokenizer that drops text makes every figure per byte better than it is, and an answer of no token at all has the
probability of one. Neither is seen in a log-probability.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from evaluation.core.errors import TokenizerError

MOST_LOST = 0.01  # share of characters: rare signs without a token are lost by honest tokenizers, too


class LostText:
    """Counts characters that do not come back from the tokenizer, over all texts of a task."""

    def __init__(self) -> None:
        self.characters = 0
        self.kept = 0

    def add(self, text: str, back: str) -> None:
        said, heard = Counter(_plain(text)), Counter(_plain(back))
        self.characters += said.total()
        self.kept += (said & heard).total()

    def require_little(self) -> None:
        """Raise when more is lost than rare signs explain."""
        lost = self.characters - self.kept
        if lost > MOST_LOST * self.characters:
            share = f"{100 * lost / self.characters:.1f} %"
            raise TokenizerError(
                "tokenizer",
                f"{share} of the characters of the texts do not come back from it; a figure per byte would count text that "
                "the model never sees. Give it tokens for single bytes, so that no text is lost",
            )


def _plain(text: str) -> str:
    """Case, spacing and compatibility forms may change: tokenizers that normalise so still read the text."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def require_tokens(
    text: tuple[str, str] | None, *, context: Sequence[int], continuation: Sequence[int], longest: int
) -> None:
    """Each part of a question has tokens, and the answer fits the model's context. `text` is None for a part of a long text."""
    shown = repr(text[1][:40]) if text else "a part of a text"
    if not context or not continuation:
        raise TokenizerError("tokenizer", f"{shown} or what stands before it becomes no token at all")
    if len(continuation) > longest:
        raise TokenizerError(
            "tokenizer", f"{shown} becomes {len(continuation)} tokens, the model reads at most {longest}"
        )
