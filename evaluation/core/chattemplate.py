"""Chat templates come with a checkpoint and are programs: they are rendered in a child with 2 s and 512 MB.

`isolate(tokenizer)` puts that child in the place of the tokenizer's own rendering, so that a harness asks it unknowingly.
Inside walls no second sandbox can be set up, so the child has limits of its own and shares the walls of the harness.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jinja2.exceptions import TemplateError as JinjaError

from evaluation.core.errors import ConfigError
from evaluation.core.rendering import MEMORY, SECONDS

CHILD = Path(__file__).with_name("rendering.py")
WHERE = "chat_template"
LONGEST_TEXT = 32 << 20  # bytes of one rendered conversation as JSON
START_SECONDS = 120  # a cold disk and a busy machine
PATIENCE = 20.0  # seconds of the clock for 2 s of processor time
KNOWN = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
OWN = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class ChatTemplateError(ConfigError):
    """The template cannot be rendered: it runs too long, takes too much memory or fails."""


class RefusedByTemplate(ChatTemplateError, JinjaError):
    """The template's own refusal of a conversation, under the library's name too: a harness may ask again in another way."""

    message = ""  # the library has a property of this name


class Renderer:
    """One child that renders many conversations; started with the first, gone on leaving.

    `variables` are what the template sees beside the conversation, such as the special tokens.
    """

    def __init__(self, template: str, variables: Mapping[str, Any] | None = None) -> None:
        self.template = template
        self.variables = dict(variables or {})
        self._child: subprocess.Popen[bytes] | None = None
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def render(self, messages: Sequence[Mapping[str, Any]], **variables: Any) -> str:
        """The text of one conversation. Raises ChatTemplateError; the next conversation gets a new child then."""
        child = self._child or self._start()
        given = {"messages": [dict(message) for message in messages], "template": self.template}
        try:
            self._say(child, given | {"variables": self.variables | variables})
            answer = self._hear(child, PATIENCE)
        except ChatTemplateError:
            self.close()
            raise
        if "text" in answer:
            return str(answer["text"])
        if "memory" in answer:
            self.close()
            raise ChatTemplateError(WHERE, f"takes more than {MEMORY >> 20} MB to render; simplify it")
        kind = RefusedByTemplate if answer.get("own") else ChatTemplateError
        raise kind(WHERE, f"cannot be rendered: {answer.get('error')}")

    def close(self) -> None:
        child, self._child, self._unread = self._child, None, b""
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        child.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen(
            [sys.executable, "-I", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: os.environ[name] for name in KNOWN if name in os.environ} | OWN,
        )
        self._child = child
        self._hear(child, START_SECONDS)
        return child

    def _say(self, child: "subprocess.Popen[bytes]", what: dict[str, Any]) -> None:
        if child.stdin is None:
            raise RuntimeError("The child that renders has no standard input.")
        try:
            child.stdin.write(json.dumps(what).encode() + b"\n")
            child.stdin.flush()
        except OSError:
            raise _gone(child) from None

    def _hear(self, child: "subprocess.Popen[bytes]", patience: float) -> dict[str, Any]:
        if child.stdout is None:
            raise RuntimeError("The child that renders has no standard output.")
        until = time.monotonic() + patience
        parts = [self._unread]
        while b"\n" not in parts[-1]:
            if not select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                raise ChatTemplateError(WHERE, f"is not rendered within {patience:g} s; does it loop?")
            part = os.read(child.stdout.fileno(), 1 << 20)
            if not part:
                raise _gone(child)
            parts.append(part)
            if sum(map(len, parts)) > LONGEST_TEXT:
                raise ChatTemplateError(WHERE, f"gives more than {LONGEST_TEXT >> 20} MB for one conversation")
        line, _, self._unread = b"".join(parts).partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _gone(child: "subprocess.Popen[bytes]") -> ChatTemplateError:
    code = child.wait()
    if code == -signal.SIGPROF:
        return ChatTemplateError(WHERE, f"takes more than {SECONDS} s of processor time to render; does it loop?")
    return ChatTemplateError(WHERE, f"cannot be rendered: its process ended (exit code {code}), most likely for memory")


def isolate(tokenizer: Any) -> Renderer:
    """Let the tokenizer render in a child from now on; close what is returned when the run ends.

    Only texts are rendered this way: a call that wants tokens is refused, as no harness here makes one.
    """
    renderer = Renderer(tokenizer.get_chat_template(), tokenizer.special_tokens_map)

    def apply_chat_template(
        conversation: Sequence[Mapping[str, Any]], *_: Any, tokenize: bool = True, **variables: Any
    ) -> str:
        if tokenize:
            raise ValueError("Chat templates are rendered as text here: call with tokenize=False.")
        return renderer.render(conversation, **{k: v for k, v in variables.items() if k != "chat_template"})

    tokenizer.apply_chat_template = apply_chat_template
    return renderer
