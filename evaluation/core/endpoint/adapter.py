"""The harness's own client of completions, with its requests led through the guard, and the probes before the first task."""

import json
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from evaluation.core.endpoint.door import connect_in
from evaluation.core.endpoint.faults import Fault, ServedError
from evaluation.core.spec import EndpointSource

SPARE_SECONDS = 3600  # beyond all tries of a batch: the guard answers in any case, a missing guard ends the job


def through_guard(document: Mapping[str, Any], *, folder: Path, name: str, seconds: float) -> dict[str, Any]:
    """One request as a line of JSON, one line back; a fault that the guard names is raised here."""
    with closing(socket.socket(socket.AF_UNIX)) as connection:
        connection.settimeout(seconds)
        connect_in(connection, folder, name)
        connection.sendall(json.dumps(document).encode() + b"\n")
        with connection.makefile("rb") as lines:
            answer: dict[str, Any] = json.loads(lines.readline())
    if "fault" in answer:
        raise ServedError(Fault(answer["fault"]), answer["where"], answer["message"])
    return answer


def make_adapter(source: EndpointSource, *, folder: Path, max_length: int, seed: int, counter: Any) -> Any:
    """An lm_eval model; its tokens are counted with the tokenizer handed in, exactly as for a checkpoint."""
    from lm_eval.models.openai_completions import LocalCompletionsAPI
    from lm_eval.models.utils import has_bos_prefix

    class Served(LocalCompletionsAPI):
        """Prompts go as token ids; special tokens are added as the harness adds them for a checkpoint."""

        def model_call(self, messages: Any, *, generate: bool = True, gen_kwargs: Any = None, **kwargs: Any) -> Any:
            document = self._create_payload(
                self.create_message(messages),
                generate=generate,
                gen_kwargs=dict(gen_kwargs or {}),
                seed=self._seed,
                eos=self.eos_string,
            )
            answer = through_guard(document, folder=folder, name=source.socket, seconds=source.timeout + SPARE_SECONDS)
            counter.tokens_in += answer["usage"]["prompt_tokens"]
            counter.tokens_out += answer["usage"]["completion_tokens"]
            return answer

        def tok_encode(
            self, string: Any, left_truncate_len: Any = None, add_special_tokens: Any = None, **kwargs: Any
        ) -> Any:
            if not isinstance(string, str):  # the contexts of generation
                return [self.tok_encode(text) for text in string]
            given = {} if add_special_tokens is None else {"add_special_tokens": add_special_tokens}
            if add_special_tokens is None and has_bos_prefix(string, self.tokenizer.decode(self.prefix_token_id)):
                given = {"add_special_tokens": False}
            encoded = self.tokenizer.encode(string, **given)
            return encoded[-left_truncate_len:] if left_truncate_len else encoded

        def loglikelihood(self, requests: Any, **kwargs: Any) -> Any:
            _require_logprobs(source)
            return super().loglikelihood(requests, **kwargs)

        def loglikelihood_rolling(self, requests: Any, **kwargs: Any) -> Any:
            _require_logprobs(source)
            return super().loglikelihood_rolling(requests, **kwargs)

    return Served(
        base_url=None,
        model=source.model,
        tokenizer=str((folder / source.tokenizer).resolve()),
        tokenizer_backend="huggingface",
        tokenized_requests=True,
        max_length=max_length,  # of which the client keeps one token for the answer
        batch_size=source.concurrency,
        num_concurrent=1,  # the guard asks about a batch at once
        max_retries=1,  # the guard retries
        seed=seed,
        trust_remote_code=False,
    )


def _require_logprobs(source: EndpointSource) -> None:
    if not source.logprobs:
        message = (
            'is false, and this task is scored by log-probabilities; serve "echo" with "logprobs", or it has no figure'
        )
        raise ServedError(Fault.CONTRACT, "serving.json $.logprobs", message)


def probe(adapter: Any, source: EndpointSource, *, longest: int) -> dict[str, Any]:
    """Ask what every task will ask, once, before any of them: a short text, the same again, and one as long as promised."""
    ids = adapter.tokenizer.encode("The quick brown fox jumps over the lazy dog. 가나다라", add_special_tokens=False)
    if source.logprobs:
        first, second = (_sum(adapter.model_call([ids], generate=False)) for _ in range(2))
    else:
        first = second = 0.0
    adapter.model_call([ids], generate=True, gen_kwargs={"max_gen_toks": 2, "until": []})
    text = (ids * (longest // len(ids) + 1))[: longest - 1]
    try:
        adapter.model_call([text], generate=not source.logprobs, gen_kwargs={"max_gen_toks": 1, "until": []})
    except ServedError as error:
        message = f"declares {source.max_length} tokens, and a text of {len(text)} and one more fails: {error}"
        raise ServedError(Fault.LENGTH, "serving.json $.max_length", message) from error
    return {"longest": longest, "difference_of_two_calls": repr(abs(first - second))}


def _sum(answer: Mapping[str, Any]) -> float:
    return float(sum(value or 0.0 for value in answer["choices"][0]["logprobs"]["token_logprobs"]))
