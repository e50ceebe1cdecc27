"""How far the demonstration is, read from the small file that it writes as it plays."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from portal.results.presentation.words import Tag, here

FILE = "demonstration.json"
TAGS: dict[str, tuple[str | Promise, str]] = {
    "done": (_p("demonstration", "Done"), "success"),
    "running": (_p("demonstration", "Running"), "info"),
    "failed": (_p("demonstration", "Failed"), "danger"),
    "waiting": (_p("demonstration", "Waiting"), "neutral"),
}


class Step(NamedTuple):
    name: str
    note: str
    state: str
    tag: Tag


class Demonstration(NamedTuple):
    steps: list[Step]
    done: int
    finished: bool
    headline: str | Promise


def demonstration() -> Demonstration | None:
    """None where no demonstration plays. The file is replaced atomically, so it is never half written."""
    path = Path(settings.VAR_DIR) / FILE
    if not path.is_file():
        return None
    state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    steps = [_step(row) for row in state["steps"]]
    finished = bool(state.get("finished"))
    failed = any(step.state == "failed" for step in steps)
    headline = (
        _("The demonstration has played to its end.")
        if finished
        else _("The demonstration has stopped; see the step marked below.")
        if failed
        else _("The demonstration is playing. The figures appear on this site as the steps end.")
    )
    return Demonstration(steps, sum(step.state == "done" for step in steps), finished, headline)


def _step(row: dict[str, Any]) -> Step:
    state = row.get("state", "waiting")
    names = {"ko": row["name_ko"], "en": row["name_en"]}
    notes = {"ko": row.get("note_ko", ""), "en": row.get("note_en", "")}
    return Step(here(names), here(notes), state, Tag(*TAGS.get(state, TAGS["waiting"])))
