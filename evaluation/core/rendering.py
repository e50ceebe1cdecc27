"""The child that renders chat templates: `python -I rendering.py`, a line of JSON in, a line of JSON out.

A template is a program: it can loop, and it can build a text that fills all memory. Here it may take 2 s of processor time
and 512 MB in all, and what it does to this process harms nobody. The library's own function renders, so the text is that
of a harness that renders by itself.
"""

import json
import os
import resource
import signal
from typing import Any, TextIO

SECONDS = 2
MEMORY = 512 << 20
LONGEST = 400  # characters of an error's text


def main() -> None:
    asked, told = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from transformers.utils.chat_template_utils import render_jinja_template

    say(told, {"ready": True})
    for line in asked:
        say(told, rendered(render_jinja_template, json.loads(line)))


def rendered(render: Any, given: dict[str, Any]) -> dict[str, Any]:
    """`own` marks what the template itself refuses: a harness may then try without a system message."""
    from jinja2.exceptions import TemplateError

    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of processor time; a template cannot reach it
    try:
        texts, _ = render(conversations=[given["messages"]], chat_template=given["template"], **given["variables"])
    except TemplateError as error:
        return {"error": short(error), "own": True}
    except MemoryError:
        return {"memory": True}
    except Exception as error:  # noqa: BLE001 - a template may raise anything
        return {"error": short(error), "own": False}
    return {"text": texts[0]}


def short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST]


def say(told: TextIO, what: dict[str, Any]) -> None:
    try:
        line = json.dumps(what)
    except MemoryError:
        line = '{"memory": true}'
    told.write(line + "\n")
    told.flush()


if __name__ == "__main__":
    main()
