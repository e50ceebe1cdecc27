"""What the harness asks, and what is counted while it asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class Counted(NamedTuple):
    """What one task took. `tokens_in` were read and `tokens_out` written, as the model's own tokenizer counts them.

    `requests` are the pieces the harness asked for (a question with four answers is four); `truncated` of them were longer
    than the model's longest context and lost their beginning.
    """

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    truncated: int = 0


@dataclass
class Counter:
    """Counts up until it is taken; every adapter adds to one of its own."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    truncated: int = 0

    def add(self, *, requests: int = 1, tokens_in: int = 0, tokens_out: int = 0, truncated: int = 0) -> None:
        self.requests += requests
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self.truncated += truncated

    def take(self) -> Counted:
        """What was counted since the last call."""
        counted = Counted(self.requests, self.tokens_in, self.tokens_out, self.truncated)
        self.requests = self.tokens_in = self.tokens_out = self.truncated = 0
        return counted


class Backend(NamedTuple):
    """`adapter` is a model in the harness's sense (lm_eval.api.model.LM) with `max_length`.

    `facts` are told with the results: architecture, parameters, unused_tensors, hardware, chat_template and whatever else
    the backend knows that could change a figure; no paths, no names of machines.
    """

    adapter: Any
    facts: Mapping[str, Any]
    counter: Counter
