"""Source A by transformers: the harness's own adapter on one loaded model, counted and with its silent ways closed.

Nothing here changes a figure: what is asked of the model is what lm-eval asks. What would go wrong without a word ends with
its cause instead: an answer that becomes no token, a text the tokenizer does not keep, a next token drawn from NaN.
"""

from pathlib import Path
from typing import Any

import torch
from lm_eval.models.huggingface import HFLM
from transformers import LogitsProcessor, LogitsProcessorList

from evaluation.core.backends.arguments import checked
from evaluation.core.backends.hardware import hardware_class
from evaluation.core.backends.model import Backend, Counter
from evaluation.core.backends.templates import isolate_template, template_digest
from evaluation.core.backends.texts import LostText, require_tokens
from evaluation.core.errors import NotFiniteError, SuiteError, TokenizerError
from evaluation.core.loading import Loaded, load
from evaluation.core.spec import CheckpointSource
from evaluation.core.suites import Suite


def open_transformers(folder: Path, *, source: CheckpointSource, suite: Suite, device: str | None) -> Backend:
    """Load the checkpoint and give it to the harness, with a length that is never guessed."""
    arguments = checked("hf", source.arguments)
    loaded = load(folder, settings=suite.model, device=device, arguments=arguments)
    renderer = isolate_template(loaded.tokenizer) if suite.model.chat_template else None
    longest = getattr(loaded.model.config, "max_position_embeddings", None) or suite.model.max_length
    adapter = CountedHFLM(
        pretrained=loaded.model,
        tokenizer=loaded.tokenizer,
        backend="causal",
        batch_size=suite.model.batch_size,
        max_length=min(longest, suite.model.max_length),
        trust_remote_code=False,
    )
    adapter.renderer = renderer
    return Backend(adapter, facts_of(loaded, suite=suite, arguments=source.arguments), adapter.counter)


def facts_of(loaded: Loaded, *, suite: Suite, arguments: Any) -> dict[str, Any]:
    return {
        "label": "checkpoint",
        "backend": {"name": "hf", "arguments": dict(arguments)},
        "architecture": type(loaded.model).__name__,
        "parameters": sum(p.numel() for p in loaded.model.parameters()),
        "unused_tensors": len(loaded.unused),
        "generation_defaults_left_out": loaded.left_out,
        "chat_template": {"applied": suite.model.chat_template, "sha256": template_digest(loaded.tokenizer)},
        "hardware": hardware_class(loaded.model.device),
    }


class CountedHFLM(HFLM):
    """HFLM that counts tokens and refuses what it would pass over."""

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
        return super()._loglikelihood_tokens(requests, **options)

    def loglikelihood_rolling(self, requests: Any, *more: Any, **options: Any) -> Any:
        """A figure per byte counts every byte of the text, so the tokenizer must have kept it."""
        lost = LostText()
        for request in requests:
            (text,) = request.args
            lost.add(text, self.tok_decode(self.tok_encode(text)))
        lost.require_little()
        return super().loglikelihood_rolling(requests, *more, **options)

    def generate_until(self, requests: Any, *more: Any, **options: Any) -> Any:
        longest = max((int(request.args[1].get("max_gen_toks", 0)) for request in requests), default=0)
        if longest >= self.max_length:
            raise SuiteError(
                requests[0].task_name or "generation",
                f"up to {longest} tokens are to be written, and the model's context ends at {self.max_length}",
            )
        self.counter.add(requests=len(requests))
        return super().generate_until(requests, *more, **options)

    def tok_batch_encode(
        self, strings: list[str], *more: Any, left_truncate_len: int | None = None, **options: Any
    ) -> Any:
        """Cut as HFLM cuts, but count what loses its beginning."""
        ids, mask = super().tok_batch_encode(strings, *more, **options)
        if left_truncate_len and ids.size(1) > left_truncate_len:
            self.counter.add(requests=0, truncated=int((mask.sum(1) > left_truncate_len).sum()))
            ids, mask = ids[:, -left_truncate_len:], mask[:, -left_truncate_len:]
        if not mask.any(1).all():
            raise TokenizerError("generation", "a prompt becomes no token at all; the tokenizer drops its text")
        self.counter.add(requests=0, tokens_in=int(mask.sum()))
        return ids, mask

    def _model_generate(self, context: Any, max_length: int, stop: list[str], **options: Any) -> Any:
        options["logits_processor"] = LogitsProcessorList([FiniteLogits()])
        found = super()._model_generate(context, max_length, stop, **options)
        self.counter.add(requests=0, tokens_out=self._written(found[:, context.shape[1] :]))
        return found

    def _written(self, tokens: torch.Tensor) -> int:
        """Tokens up to the one that ends an answer; what follows it only fills the batch."""
        ends = (tokens == self.eot_token_id).int().cumsum(1)
        return int((ends - (tokens == self.eot_token_id).int() == 0).sum())


class FiniteLogits(LogitsProcessor):
    """A single token may be ruled out by minus infinity; NaN, plus infinity or nothing left would write nonsense."""

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        best = scores.amax(-1)  # NaN wherever a row holds one
        if not torch.isfinite(best).all():
            raise NotFiniteError(
                "generation",
                "the model gives no finite score for the next token (NaN or infinite logits); check the weights and dtype",
            )
        return scores
