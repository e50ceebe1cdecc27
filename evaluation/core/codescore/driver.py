"""Inside the walls, beside the program: loads it and makes one call at a time, as told on standard input.

    driver.py ENTRY SECONDS PATH…

It is never trusted: the program shares this process and may change everything here. What it cannot change is that only
calls come in and that right values have to go out; what is right is known outside alone.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).resolve().parent))

from values import decoded, encoded  # type: ignore[import-not-found]  # a copy lies beside this file

LONGEST = 300  # characters of an error's text


def main(entry: str, seconds: str, *path: str) -> None:
    calls, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    sys.path += path
    function = loaded(entry, answers, float(seconds))
    if function is None:
        return
    say(answers, {"ready": True})
    for line in calls:
        arguments = json.loads(line)
        give_time(float(seconds))
        say(answers, answer_to(function, arguments))


def loaded(entry: str, answers: TextIO, seconds: float) -> Any:
    give_time(seconds)
    names: dict[str, Any] = {"__name__": "program"}
    try:
        exec(compile(Path("program.py").read_text(encoding="utf-8"), "program.py", "exec"), names)  # noqa: S102 - what this is for
    except BaseException as error:  # noqa: BLE001 - also SystemExit is the program's own failure
        say(answers, {"not_loaded": told(error)})
        return None
    if not callable(names.get(entry)):
        say(answers, {"no_function": entry})
        return None
    return names[entry]


def answer_to(function: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        args = [decoded(form) for form in arguments["args"]]
        kwargs = {name: decoded(form) for name, form in arguments.get("kwargs", {}).items()}
        return {"value": encoded(function(*args, **kwargs))}
    except BaseException as error:  # noqa: BLE001 - a checker may expect an error, and sys.exit is one
        return {"error": type(error).__name__, "message": told(error)}


def give_time(seconds: float) -> None:
    """Processor time from now on. A program can undo this; the limit set outside stays, and so does the checker's patience."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def told(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:LONGEST]
    except Exception:  # noqa: BLE001 - a program's own error class may fail at that, too
        return type(error).__name__


def say(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
