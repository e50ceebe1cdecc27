"""The harness's own client of completions, its requests led through the guard, and the probes before the first task."""

import json
import platform
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.core.backends.model import Backend, Counter
from evaluation.core.backends.templates import isolate_template, template_digest
from evaluation.core.backends.texts import LostText, require_tokens
from evaluation.core.checkpoint import read_config
from evaluation.core.endpoint.door import connect_in
from evaluation.core.endpoint.faults import Fault, ServedError
from evaluation.core.errors import SuiteError, TokenizerError
from evaluation.core.failures import library_line
from evaluation.core.spec import EndpointSource
from evaluation.core.suites import ModelSettings

SPARE_SECONDS = 3600  # beyond the time of one request: the guard answers in any case, and names what went wrong
PROBE = "The quick brown fox jumps over the lazy dog. 다람쥐 헌 쳇바퀴에 타고파."
LABEL = "endpoint-served"


if TYPE_CHECKING:
    from lm_eval.models.openai_completions import LocalCompletionsAPI as _Client
else:
    _Client = object


def open_endpoint(source: EndpointSource, *, folder: Path, settings: ModelSettings) -> Backend:
    """Open the guard's socket and ask for everything a task may ask for, so that no task is begun in vain."""
    longest = min(source.max_length, settings.max_length)
    for path in sorted((folder / source.tokenizer).glob("*_config.json")):
        read_config(path)
    try:
        adapter = make_adapter(source, folder=folder, max_length=longest)
    except Exception as error:
        # Libraries raise anything at all on a tokenizer they cannot read; their first line is what a team can use.
        raise TokenizerError("tokenizer", f"cannot be loaded: {library_line(error)}") from error
    if settings.chat_template:
        adapter.renderer = isolate_template(adapter.tokenizer)
    probed = probe(adapter, source, longest=longest)
    adapter.counter.take()
    facts = {
        "label": LABEL,
        "backend": {"name": "completions", "model": source.model, "concurrency": source.concurrency},
        "architecture": LABEL,
        "parameters": None,
        "unused_tensors": None,
        "chat_template": {"applied": settings.chat_template, "sha256": template_digest(adapter.tokenizer)},
        "hardware": f"{platform.system().lower()} {platform.machine()}",
        "probe": probed,
    }
    return Backend(adapter, facts, adapter.counter)


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


def make_adapter(source: EndpointSource, *, folder: Path, max_length: int) -> Any:
    """The harness's client of completions with its requests led through the guard; the library is imported here."""
    from lm_eval.models.openai_completions import LocalCompletionsAPI

    return type("Served", (ThroughGuard, LocalCompletionsAPI), {})(source, folder=folder, max_length=max_length)


class ThroughGuard(_Client):
    """Prompts go as token ids, made as the harness makes them for a checkpoint; the client keeps one token for the answer."""

    def __init__(self, source: EndpointSource, *, folder: Path, max_length: int) -> None:
        super().__init__(
            base_url=None,
            model=source.model,
            tokenizer=str((folder / source.tokenizer).resolve()),
            tokenizer_backend="huggingface",
            tokenized_requests=True,
            max_length=max_length,
            batch_size=source.concurrency,
            num_concurrent=1,  # the guard asks about a batch at once
            max_retries=1,  # the guard retries
            trust_remote_code=False,
        )
        self.source, self.folder, self.counter = source, folder, Counter()

    def model_call(self, messages: Any, *, generate: bool = True, gen_kwargs: Any = None, **options: Any) -> Any:
        document = self._create_payload(
            messages, generate=generate, gen_kwargs=dict(gen_kwargs or {}), seed=self._seed, eos=self.eos_string
        )
        seconds = self.source.timeout + SPARE_SECONDS
        answer = through_guard(document, folder=self.folder, name=self.source.socket, seconds=seconds)
        written = answer["usage"]["completion_tokens"] if generate else 0
        tokens_in = answer["usage"]["prompt_tokens"] if generate else 0
        self.counter.add(requests=len(messages) if generate else 0, tokens_in=tokens_in, tokens_out=written)
        return answer

    def tok_encode(self, string: Any, left_truncate_len: Any = None, add_special_tokens: Any = None, **_: Any) -> Any:
        """As the harness encodes for a checkpoint: the tokenizer's own special tokens, once."""
        if not isinstance(string, str):  # the contexts of generation
            return [self._prompt(text) for text in string]
        from lm_eval.models.utils import has_bos_prefix

        given = {} if add_special_tokens is None else {"add_special_tokens": add_special_tokens}
        if add_special_tokens is None and has_bos_prefix(string, self.tokenizer.decode(self.prefix_token_id)):
            given = {"add_special_tokens": False}
        encoded = self.tokenizer.encode(string, **given)
        return encoded[-left_truncate_len:] if left_truncate_len else encoded

    def _prompt(self, text: str) -> list[int]:
        encoded: list[int] = self.tok_encode(text)
        if not encoded:
            raise TokenizerError("generation", "a prompt becomes no token at all; the tokenizer drops its text")
        return encoded

    def _loglikelihood_tokens(self, requests: Any, **options: Any) -> Any:
        self._require_logprobs()
        for text, context, continuation in requests:
            require_tokens(text, context=context, continuation=continuation, longest=self.max_length - 1)
            length = len(context) + len(continuation)
            self.counter.add(tokens_in=length, truncated=int(length > self.max_length))
        return super()._loglikelihood_tokens(requests, **options)

    def loglikelihood_rolling(self, requests: Any, **options: Any) -> Any:
        lost = LostText()
        for request in requests:
            (text,) = request.args
            lost.add(text, self.tokenizer.decode(self.tok_encode(text), skip_special_tokens=True))
        lost.require_little()
        return super().loglikelihood_rolling(requests, **options)

    def generate_until(self, requests: Any, **options: Any) -> Any:
        longest = max((int(request.args[1].get("max_gen_toks", 0)) for request in requests), default=0)
        if longest >= self.max_length:
            message = f"up to {longest} tokens are to be written, and the model's context ends at {self.max_length}"
            raise SuiteError(requests[0].task_name or "generation", message)
        return super().generate_until(requests, **options)

    def _require_logprobs(self) -> None:
        if not self.source.logprobs:
            message = "is false, and this task is scored by log-probabilities: without them it has no figure"
            raise ServedError(Fault.CONTRACT, "serving.json $.logprobs", message)


def probe(adapter: Any, source: EndpointSource, *, longest: int) -> dict[str, Any]:
    """A short text, the same again, a few tokens written, and a text as long as promised."""
    ids = adapter.tokenizer.encode(PROBE, add_special_tokens=False)
    if not ids:
        raise TokenizerError("tokenizer", "makes no token of a plain text")
    difference = None
    if source.logprobs:
        first, second = (_sum(adapter.model_call([ids], generate=False)) for _ in range(2))
        difference = repr(abs(first - second))
    adapter.model_call([ids], generate=True, gen_kwargs={"max_gen_toks": 2, "until": []})
    text = (ids * (longest // len(ids) + 1))[: longest - 1]
    try:
        adapter.model_call([text], generate=not source.logprobs, gen_kwargs={"max_gen_toks": 1, "until": []})
    except ServedError as error:
        message = f"is {source.max_length}, but {len(text)} tokens and one more are not answered ({error})"
        raise ServedError(Fault.LENGTH, "serving.json $.max_length", message) from error
    return {"longest": longest, "difference_of_two_calls": difference}


def _sum(answer: Mapping[str, Any]) -> float:
    return float(sum(value or 0.0 for value in answer["choices"][0]["logprobs"]["token_logprobs"]))
