"""Several people at the same moment: acts in threads that start together, each with a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection

from portal.common.refusals import Refusal


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave back, or the exception that it raised; in the order in which they ended."""
    start = threading.Barrier(len(acts))
    outcomes: list[object] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            outcomes.append(act())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test compares it
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def refused(refusal: Refusal) -> str:
    return "refused"


def name_of(refusal: Refusal) -> str:
    return type(refusal).__name__


def outcomes_of(
    *acts: Callable[[], object], word: Callable[[Refusal], str] = refused, nothing: str = "done"
) -> list[str]:
    """In words, sorted: "done", `nothing` where an act gave back None, `word` of a refusal, anything else as it is."""

    def said(outcome: object) -> str:
        if isinstance(outcome, Refusal):
            return word(outcome)
        if isinstance(outcome, Exception):
            return repr(outcome)
        return nothing if outcome is None else "done"

    return sorted(said(outcome) for outcome in at_once(*acts))
