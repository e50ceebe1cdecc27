"""lm-eval's adapter for transformers, counted and with its silent ways closed.

Nothing here changes a figure: what is asked of the model is what lm-eval asks. What would go wrong without a word ends with
its cause instead: an answer that becomes no token, a text the tokenizer does not keep, a next token drawn from NaN.
"""

from functools import cache
from typing import Any

from evaluation.core.backends.model import Counter
from evaluation.core.backends.texts import LostText, require_tokens
from evaluation.core.errors import NotFiniteError, SuiteError, TokenizerError


@cache
def adapter_class() -> Any:
    """HFLM with `CountedHF` before it; made when it is called for, because its base imports the libraries."""
    from lm_eval.models.huggingface import HFLM

    return type("CountedHFLM", (CountedHF, HFLM), {})


class CountedHF:
    """Stands before HFLM: counts tokens and refuses what HFLM would pass over."""

    max_length: int
    eot_token_id: int
    tok_encode: Any
    tok_decode: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.counter = Counter()
        self.renderer: Any = None

    def _loglikelihood_tokens(self, requests: Any, **options: Any) -> Any:
        """`requests` are ((context, continuation), ids of the context, ids of the continuation)."""
        for text, context, continuation in requests:
            require_tokens(text, context=context, continuation=continuation, longest=self.max_length)
            length = len(context) + len(continuation)
            self.counter.add(tokens_in=length, truncated=int(length > self.max_length + 1))
        return super()._loglikelihood_tokens(requests, **options)  # type: ignore[misc]

    def loglikelihood_rolling(self, requests: Any, *more: Any, **options: Any) -> Any:
        """A figure per byte counts every byte of the text, so the tokenizer must have kept it."""
        lost = LostText()
        for request in requests:
            (text,) = request.args
            lost.add(text, self.tok_decode(self.tok_encode(text)))
        lost.require_little()
        return super().loglikelihood_rolling(requests, *more, **options)  # type: ignore[misc]

    def generate_until(self, requests: Any, *more: Any, **options: Any) -> Any:
        longest = max((int(request.args[1].get("max_gen_toks", 0)) for request in requests), default=0)
        if longest >= self.max_length:
            raise SuiteError(
                requests[0].task_name or "generation",
                f"up to {longest} tokens are to be written, and the model's context ends at {self.max_length}",
            )
        self.counter.add(requests=len(requests))
        return super().generate_until(requests, *more, **options)  # type: ignore[misc]

    def tok_batch_encode(
        self, strings: list[str], *more: Any, left_truncate_len: int | None = None, **options: Any
    ) -> Any:
        """Cut as HFLM cuts, but count what loses its beginning."""
        ids, mask = super().tok_batch_encode(strings, *more, **options)  # type: ignore[misc]
        if left_truncate_len and ids.size(1) > left_truncate_len:
            self.counter.add(requests=0, truncated=int((mask.sum(1) > left_truncate_len).sum()))
            ids, mask = ids[:, -left_truncate_len:], mask[:, -left_truncate_len:]
        if not mask.any(1).all():
            raise TokenizerError("generation", "a prompt becomes no token at all; the tokenizer drops its text")
        self.counter.add(requests=0, tokens_in=int(mask.sum()))
        return ids, mask

    def _model_generate(self, context: Any, max_length: int, stop: list[str], **options: Any) -> Any:
        from transformers import LogitsProcessorList

        options["logits_processor"] = LogitsProcessorList([FiniteLogits()])
        found = super()._model_generate(context, max_length, stop, **options)  # type: ignore[misc]
        self.counter.add(requests=0, tokens_out=self._written(found[:, context.shape[1] :]))
        return found

    def _written(self, tokens: Any) -> int:
        """Tokens up to the one that ends an answer; what follows it only fills the batch."""
        ends = (tokens == self.eot_token_id).int().cumsum(1)
        return int((ends - (tokens == self.eot_token_id).int() == 0).sum())


class FiniteLogits:
    """Called by transformers with the scores of the next token, of shape (answers, vocabulary).

    A single token may be ruled out by minus infinity; NaN, plus infinity or nothing left would write nonsense.
    """

    def __call__(self, _ids: Any, scores: Any) -> Any:
        best = scores.amax(-1)  # NaN wherever a row holds one
        if not best.isfinite().all():
            raise NotFiniteError(
                "generation",
                "the model gives no finite score for the next token (NaN or infinite logits); check the weights and dtype",
            )
        return scores
