"""Reads of one sheet: what stands in it, what is missing, and the exact content a signature covers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal.common.time import kst
from portal.programmes.ruleset import Criterion
from portal.review.models import PanelSeat, ScoreSheet
from portal.review.numbers import parse_decimal
from portal.review.selectors.rules import criteria_of, here


def current_values(sheet: ScoreSheet) -> dict[str, Any]:
    """What a form shows; the whole of it also answers a conflict."""
    rows = list(sheet.scores.all())
    return {
        "version": sheet.version,
        "saved_at": kst(sheet.saved_at) if sheet.saved_at else "",
        "scores": {row.criterion: row.value for row in rows},
        "comments": {row.criterion: row.comment for row in rows},
        "ticks": sorted(sheet.ticks.values_list("dimension", flat=True)),
        "opinion": sheet.opinion,
    }


def faults_of(criteria: Iterable[Criterion], scores: Mapping[str, str], *, allow_empty: bool) -> list[str]:
    """One sentence per fault: unknown criterion, missing score, no finite number, out of range, off the step."""
    known = {criterion.key: criterion for criterion in criteria}
    faults = [_("%(key)s: the rule set has no such criterion") % {"key": key} for key in scores if key not in known]
    for criterion in known.values():
        fault = fault_of(criterion, scores.get(criterion.key, ""), allow_empty=allow_empty)
        if fault:
            faults.append(f"{here(criterion.title)}: {fault}")
    return faults


def fault_of(criterion: Criterion, text: str, *, allow_empty: bool) -> str:
    """What is wrong with one score, or an empty string."""
    if not text.strip():
        return "" if allow_empty else _("no score")
    number = parse_decimal(text)
    if number is None:
        return _("“%(text)s” is not a finite number") % {"text": text}
    if not criterion.minimum <= number <= criterion.maximum:
        return _("%(number)s is outside of %(low)s to %(high)s") % {
            "number": number,
            "low": criterion.minimum,
            "high": criterion.maximum,
        }
    if criterion.step and (number - criterion.minimum) % criterion.step:
        return _("%(number)s is not a step of %(step)s") % {"number": number, "step": criterion.step}
    return ""


def signable_content(sheet: ScoreSheet, *, number: int, signed_by: str, signed_at: datetime) -> dict[str, Any]:
    """The document under the digest, schema signed-sheet/1. Scores are decimal text, the person stands by seat code and opaque id."""
    seat, entry = sheet.assignment.seat, sheet.assignment.entry
    rows = {row.criterion: row for row in sheet.scores.all()}
    keys = [criterion.key for criterion in criteria_of(sheet)]
    return {
        "schema": "signed-sheet/1",
        "sheet": sheet.pk,
        "number": number,
        "phase": entry.phase.slug,
        "ruleset_digest": entry.phase.ruleset.digest if entry.phase.ruleset else "",
        "part": seat.panel.part,
        "entry": entry.code,
        "reviewer": seat.code,
        "scores": {key: _plain(rows[key].value) for key in keys},
        "comments": {key: rows[key].comment for key in keys},
        "ticks": sorted(sheet.ticks.values_list("dimension", flat=True)),
        "opinion": sheet.opinion,
        "signed_by": signed_by,
        "signed_at": signed_at.isoformat(timespec="seconds"),
    }


def _plain(text: str) -> str:
    number = parse_decimal(text)
    if number is None:
        raise ValueError(f"{text!r} is not a finite decimal; faults_of must run before signing")
    return format(number, "f")


def sum_of(scores: Mapping[str, str]) -> Decimal:
    """The sum of one sheet as its author sees it while scoring; blanks count nothing. Points come from the tally alone."""
    return sum((parse_decimal(text) or Decimal(0) for text in scores.values()), Decimal(0))


def own_sheets(seat: PanelSeat) -> list[ScoreSheet]:
    rows = ScoreSheet.objects.filter(assignment__seat=seat).select_related(
        "assignment__entry__consortium", "assignment__seat__panel__phase__ruleset", "signed"
    )
    return list(rows.prefetch_related("scores", "ticks"))


def outliers_in(sheet: ScoreSheet, among: Iterable[ScoreSheet]) -> list[str]:
    """Criteria where this score lies far from the reviewer's own other sheets: more than half the range from their mean.

    A hint against slips of the hand, from the reviewer's own figures only.
    """
    found = []
    others = [row for row in among if row.pk != sheet.pk]
    for criterion in criteria_of(sheet):
        own = _score(sheet, criterion.key)
        rest = [value for value in (_score(row, criterion.key) for row in others) if value is not None]
        if own is None or not rest:
            continue
        mean = sum(rest, Decimal(0)) / len(rest)
        if abs(own - mean) * 2 > criterion.maximum - criterion.minimum:
            text = _("%(criterion)s: %(own)s here, %(mean)s on average elsewhere")
            found.append(text % {"criterion": here(criterion.title), "own": own, "mean": round(mean, 1)})
    return found


def _score(sheet: ScoreSheet, key: str) -> Decimal | None:
    return next((parse_decimal(row.value) for row in sheet.scores.all() if row.criterion == key), None)
