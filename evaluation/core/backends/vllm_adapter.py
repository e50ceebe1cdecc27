"""lm-eval's adapter for vLLM, counted. Its module needs vLLM to be imported, so the class is made when it is called for."""

from functools import cache
from typing import Any

from evaluation.core.backends.model import Counter
from evaluation.core.backends.texts import LostText, require_tokens


@cache
def adapter_class() -> Any:
    from lm_eval.models.vllm_causallms import VLLM

    return type("CountedVLLM", (CountedEngine, VLLM), {})


class CountedEngine:
    """Stands before VLLM: counts tokens and refuses what would pass without a word, as `CountedHF` does."""

    max_length: int
    tok_encode: Any
    tokenizer: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.counter = Counter()
        self.renderer: Any = None

    def _loglikelihood_tokens(self, requests: Any, **options: Any) -> Any:
        """The engine needs room for one token of its own, so a context ends one token earlier."""
        for text, context, continuation in requests:
            require_tokens(text, context=context, continuation=continuation, longest=self.max_length - 1)
            length = len(context) + len(continuation)
            self.counter.add(tokens_in=length, truncated=int(length > self.max_length - 1))
        return super()._loglikelihood_tokens(requests, **options)  # type: ignore[misc]

    def loglikelihood_rolling(self, requests: Any, *more: Any, **options: Any) -> Any:
        lost = LostText()
        for request in requests:
            (text,) = request.args
            lost.add(text, self.tokenizer.decode(self.tok_encode(text), skip_special_tokens=True))
        lost.require_little()
        return super().loglikelihood_rolling(requests, *more, **options)  # type: ignore[misc]

    def _model_generate(self, requests: Any, *more: Any, generate: Any = False, **options: Any) -> Any:
        found = super()._model_generate(requests, *more, generate=generate, **options)  # type: ignore[misc]
        if generate:
            written = sum(len(answer.token_ids) for output in found for answer in output.outputs)
            read = sum(len(request) for request in requests)
            self.counter.add(requests=len(requests), tokens_in=read, tokens_out=written)
        return found
