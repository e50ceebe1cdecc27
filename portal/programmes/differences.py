"""Two rule sets side by side, in words: where they differ, what stood there and what stands there now."""

from typing import Any, NamedTuple

import yaml
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.programmes.models import RuleSetVersion
from portal.programmes.ruleset.diff import Change, compare, row_at

KINDS = {"new": (_("added"), "success"), "gone": (_("removed"), "danger"), "other": (_("changed"), "warning")}
KEYS: dict[str, str | Promise] = {
    "anchors": _("What a score means"),
    "approval": _("Majority needed"),
    "assumptions": _("Assumptions"),
    "average_places": _("Decimal places of averages"),
    "average_total_places": _("Decimal places of the average total"),
    "body": _("Measuring body"),
    "cap": _("Upper limit"),
    "components": _("Components"),
    "composition": _("Composition of the index"),
    "criteria": _("Criteria"),
    "date": _("Date"),
    "dimensions": _("Dimensions"),
    "disclosure": _("Disclosure"),
    "drop_highest": _("Highest sheets dropped"),
    "drop_lowest": _("Lowest sheets dropped"),
    "en": _("English"),
    "formula": _("Formula"),
    "gates": _("Gates"),
    "grace_hours": _("Hours for files after the deadline"),
    "group": _("Group"),
    "groups": _("Groups"),
    "guide": _("What is looked at"),
    "items": _("Measured items"),
    "kind": _("Kind"),
    "ko": _("Korean"),
    "max": _("Highest score"),
    "metric": _("Metric"),
    "min": _("Lowest score"),
    "minimum_sheets": _("Sheets needed"),
    "mode": _("Mode"),
    "name": _("Name"),
    "note": _("Remark"),
    "official": _("Official"),
    "panel": _("Panel"),
    "parts": _("Parts"),
    "places": _("Decimal places"),
    "points": _("Points"),
    "proposed_by": _("Teams that must propose a benchmark"),
    "publications": _("Published in"),
    "quorum": _("Quorum"),
    "reviewers": _("Over the sheets"),
    "rounding": _("Rounding"),
    "rule": _("What holds"),
    "scale": _("Scale"),
    "seats": _("Seats"),
    "sheet": _("Within a sheet"),
    "source": _("Source"),
    "stage": _("Where it is rounded"),
    "step": _("Smallest step"),
    "suite": _("Suite"),
    "suites": _("Suites"),
    "target": _("Target"),
    "task": _("Task"),
    "text": _("Text"),
    "ticks": _("Marks that oblige to a ruling"),
    "tie_break": _("Order among equal totals"),
    "title": _("Title"),
    "vote": _("Voting"),
    "weight": _("Weight"),
}


class Difference(NamedTuple):
    """One row of the table. `before` and `after` are text, empty where nothing stands."""

    place: str
    path: str
    before: str
    after: str
    kind: str | Promise
    tone: str


def differences(before: RuleSetVersion, after: RuleSetVersion) -> list[Difference]:
    """For `programmes/components/diff.html`: every place where the two versions differ."""
    return differences_of(before.document, after.document)


def differences_of(before: Any, after: Any) -> list[Difference]:
    language = get_language() or "ko"
    return [
        Difference(
            place=place_of(change.steps, after, before, language=language),
            path=change.path,
            before=_shown(change.before),
            after=_shown(change.after),
            kind=KINDS[_kind(change)][0],
            tone=KINDS[_kind(change)][1],
        )
        for change in compare(before, after)
    ]


def place_of(steps: tuple[str, ...], *documents: Any, language: str) -> str:
    """A path in words, with the titles of the rows it goes through: `Parts › Expert evaluation › Points`."""
    places, names = list(documents), []
    for step in steps:
        if step.startswith("["):
            places = [row_at(place, step) for place in places]
            names.append(_title(places, language=language) or step[1:-1])
        else:
            places = [place.get(step) if isinstance(place, dict) else None for place in places]
            names.append(str(KEYS.get(step, step)))
    return " › ".join(names)


def _title(rows: list[Any], *, language: str) -> str:
    for row in rows:
        title = row.get("title") if isinstance(row, dict) else None
        if isinstance(title, dict):
            return str(title.get("en" if language.startswith("en") else "ko") or "")
    return ""


def _kind(change: Change) -> str:
    return "new" if change.before is None else "gone" if change.after is None else "other"


def _shown(value: Any) -> str:
    """A plain value as it is; what has parts as YAML, which is how it is written."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=60)).rstrip()
    return str(value).lower() if isinstance(value, bool) else str(value)
