"""Inside walls of its own: runs the tests of a task that come as code, with a stand-in for the function under test.

    referee.py ENTRY SECONDS PATH…

Each call of the stand-in goes out as text and comes back as a plain value: the program under test is in another process
behind other walls, so neither an object of its own making nor a patched built-in ever reaches these tests.
"""

import builtins
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from values import decoded, encoded  # type: ignore[import-not-found]  # a copy lies beside this file

LONGEST = 300


def main(entry: str, _seconds: str, *path: str) -> None:
    asked, told = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    sys.path += path

    def say(what: dict[str, Any]) -> None:
        told.write(json.dumps(what) + "\n")
        told.flush()

    def candidate(*args: Any, **kwargs: Any) -> Any:
        say({"call": {"args": [encoded(a) for a in args], "kwargs": {k: encoded(v) for k, v in kwargs.items()}}})
        answer = json.loads(asked.readline())
        if "error" in answer:
            raise known_error(answer["error"])(answer.get("message", ""))
        return decoded(answer["value"])

    say({"ready": True})
    asked.readline()
    try:
        run(candidate, entry)
    except BaseException as error:  # noqa: BLE001 - whatever the tests raise is their verdict
        say({"failed": f"{type(error).__name__}: {error}"[:LONGEST]})
    else:
        say({"passed": True})


def run(candidate: Callable[..., Any], entry: str) -> None:
    names: dict[str, Any] = {"__name__": "tests", entry: candidate, "candidate": candidate}
    exec(compile(Path("program.py").read_text(encoding="utf-8"), "tests.py", "exec"), names)  # noqa: S102 - what this is for
    if callable(check := names.get("check")):
        check(candidate)


def known_error(name: str) -> type[Exception]:
    """Only errors of the language: a class of the program's own is an error of no special kind."""
    found = getattr(builtins, str(name), None)
    return found if isinstance(found, type) and issubclass(found, Exception) else RuntimeError


if __name__ == "__main__":
    main(*sys.argv[1:])
