"""What a reader of the dossier would look for and does not find. Missing is neither for nor against anybody: it is said."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from portal.dossiers.enums import Part


class Gap(StrEnum):
    """Why there is nothing; pages say each in a sentence of its own."""

    NOTHING_HANDED_IN = "nothing handed in"
    FILES_OUTSTANDING = "files outstanding"
    NO_STEP0 = "no initial checkpoint"
    NO_INTERMEDIATE = "no intermediate checkpoint"
    NO_DEPOSITS = "no deposits"
    NO_LOGS = "no training logs"
    NO_TRAINING_DECLARATION = "no training declaration"
    NO_CODE = "no code"
    NO_COMPONENTS = "no component declaration"
    NO_REPORT = "no originality report"
    REPORT_UNFINISHED = "originality report unfinished"
    NO_TRACE = "no trace"
    TRACE_UNFINISHED = "trace unfinished"
    CODE_UNFINISHED = "code check unfinished"
    CHECKS_NOT_SHOWN = "checks not shown"
    NOT_TESTABLE = "declared origin not in the registry"
    UNANSWERED = "unanswered questions"


def gaps(parts: dict[str, Any], procedures: dict[str, Any]) -> list[dict[str, Any]]:
    """Each gap with what it is about: names of checks, of parts, numbers of questions."""
    found = [*_of_files(parts), *_of_runs(parts), *_of_components(parts)]
    waiting = [row["number"] for row in procedures["questions"] if row["answer"] is None]
    found += [(Gap.UNANSWERED, [str(number) for number in waiting])] if waiting else []
    return [{"gap": gap.value, "about": about} for gap, about in found]


def _of_files(parts: dict[str, Any]) -> Iterator[tuple[Gap, list[str]]]:
    items = parts[Part.METADATA]["items"]
    roles = {row["role"] for row in items}
    wanted = {
        "initial_checkpoint": Gap.NO_STEP0,
        "intermediate_checkpoint": Gap.NO_INTERMEDIATE,
        "training_log": Gap.NO_LOGS,
        "training_declaration": Gap.NO_TRAINING_DECLARATION,
        "component_declaration": Gap.NO_COMPONENTS,
        "code": Gap.NO_CODE,
    }
    yield from ((gap, []) for role, gap in wanted.items() if role not in roles)
    if outstanding := sorted({row["role"] for row in items if not row["stored"]}):
        yield Gap.FILES_OUTSTANDING, outstanding
    if not parts[Part.CHAIN]["deposits"]:
        yield Gap.NO_DEPOSITS, []


def _of_runs(parts: dict[str, Any]) -> Iterator[tuple[Gap, list[str]]]:
    weights, logs, code = parts[Part.WEIGHTS]["state"], parts[Part.LOGS]["state"], parts[Part.CODE]["state"]
    if weights != "done":
        yield (Gap.REPORT_UNFINISHED if weights else Gap.NO_REPORT), []
    if logs != "done":
        yield (Gap.TRACE_UNFINISHED if logs else Gap.NO_TRACE), []
    if code and code != "done":
        yield Gap.CODE_UNFINISHED, []
    if not_shown := [row["check"] for row in parts[Part.LOGS].get("findings", []) if row["outcome"] == "not shown"]:
        yield Gap.CHECKS_NOT_SHOWN, not_shown


def _of_components(parts: dict[str, Any]) -> Iterator[tuple[Gap, list[str]]]:
    rows = parts[Part.COMPONENTS]["declared"]
    untested = [row["name"] for row in rows if row["training"] != "from_scratch" and row["tested"] is None]
    if untested and parts[Part.WEIGHTS]["state"] == "done":
        yield Gap.NOT_TESTABLE, untested
