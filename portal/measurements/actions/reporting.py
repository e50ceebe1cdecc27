"""A team reports its own score for an item of the rules, with the logs behind it, until the deadline."""

import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob, Bundle
from portal.common.formats.canonical import digest_of
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.consortia.selectors import is_member
from portal.measurements.actions.steps import leave_trace
from portal.measurements.enums import AuditAction, ReportKind
from portal.measurements.errors import MeasurementError
from portal.measurements.logs import MAX_RESULTS, Log, LogError, LogFigure, is_share, mean_text, merged, read_log
from portal.measurements.models import Report, ReportedFigure
from portal.measurements.selectors.reported import logs_of, places_of, scaled, takes_reports

SCHEMA = "reported-score/1"
MAX_FIGURES = 200  # of one report
MAX_VERSIONS = 100
MAX_LOGS = 50  # results files of one bundle
FACTORS = (1, 100)


class Reported(NamedTuple):
    """What a team says: figures in the harness's unit, how they become the value of the rules, and the logs."""

    part: str
    item: str
    figures: Sequence[LogFigure]
    factor: int
    log: Bundle
    kind: str = ReportKind.LOG
    harness: str = ""
    note: str = ""


@transaction.atomic
def report_score(entry: Entry, said: Reported, *, by: Viewer) -> Report:
    """Write the next version down; every earlier one stays. The last one before the deadline counts."""
    row = Entry.objects.select_for_update(of=("self",)).select_related("phase__ruleset", "consortium").get(pk=entry.pk)
    if not is_member(by, row.consortium):
        raise PermissionDenied(_("Only a member of the consortium reports its scores."))
    _must_be_open(row)
    _must_be_sound(row, said)
    last = Report.objects.filter(entry=row, part=said.part, item=said.item).aggregate(last=Max("version"))["last"] or 0
    if last >= MAX_VERSIONS:
        raise MeasurementError(_("This score was reported as often as it may be."), code="too_many")
    report = _create(row, said, version=last + 1, by=by)
    after = {"entry": row.pk, "version": report.version, "digest": report.digest, "log": said.log.digest}
    leave_trace(AuditAction.SCORE_REPORTED, by=by, subject=report, after=after)
    return report


def _must_be_open(entry: Entry) -> None:
    if not takes_reports(entry):
        raise MeasurementError(
            _("Scores are reported while the phase receives, until the deadline. They are frozen now."), code="closed"
        )


def _must_be_sound(entry: Entry, said: Reported) -> None:
    if (said.part, said.item) not in {(place.part.key, place.item.key) for place in places_of(entry.phase)}:
        raise MeasurementError(_("The rules of this phase have no such item that teams report."), field="item")
    if said.log.pk not in {bundle.pk for bundle in logs_of(entry)}:
        raise MeasurementError(
            _("Add the logs to the hand-in first, as “own benchmark results”; a score is reported with its logs."),
            field="log",
        )
    if said.factor not in FACTORS:
        raise MeasurementError(_("The factor is 1 or 100."), field="factor")
    if not 1 <= len(said.figures) <= MAX_FIGURES:
        raise MeasurementError(_("Choose between 1 and %(most)s figures.") % {"most": MAX_FIGURES}, field="figures")
    keys = [figure.key for figure in said.figures]
    if doubled := sorted({key for key in keys if keys.count(key) > 1}):
        raise MeasurementError(_("Named twice: %(names)s") % {"names": ", ".join(doubled)}, field="figures")
    if beyond := sorted(figure.key for figure in said.figures if _is_beyond(figure.metric, figure.value)):
        raise MeasurementError(f"{', '.join(beyond[:5])}: {_as_share()}", field="figures")


def _is_beyond(metric: str, value: str) -> bool:
    """An accuracy and its like is a share of 1 in the harness; 62.0 is a percentage, and would never be reproduced."""
    return is_share(metric) and not 0 <= Decimal(value) <= 1


def _as_share() -> str:
    return _("this metric lies between 0 and 1; write 0.62 for 62 %%.") % {}


def _create(entry: Entry, said: Reported, *, version: int, by: Viewer) -> Report:
    first = (ReportedFigure.objects.filter(report__entry=entry).aggregate(last=Max("number"))["last"] or 0) + 1
    lines = [_line(figure, number=first + place) for place, figure in enumerate(said.figures)]
    value = scaled([figure.value for figure in said.figures], factor=said.factor)
    stderr = error_of_mean([figure.stderr for figure in said.figures], factor=said.factor)
    document = {
        "schema": SCHEMA,
        "phase": entry.phase.slug,
        "entry": entry.code,
        "part": said.part,
        "item": said.item,
        "version": version,
        "kind": str(said.kind),
        "harness": said.harness,
        "log": said.log.digest,
        "factor": said.factor,
        "value": value,
        "stderr": stderr,
        "note": said.note.strip(),
        "figures": lines,
        "salt": secrets.token_hex(16),
    }
    names = ("part", "item", "version", "kind", "harness", "factor", "value", "stderr", "note")
    facts = {name: document[name] for name in names}
    report = Report.objects.create(
        entry=entry, log=said.log, document=document, digest=digest_of(document), reported_by=by.actor, **facts
    )
    ReportedFigure.objects.bulk_create(
        ReportedFigure(report=report, code=f"{entry.code}-{line['number']:04d}", **line) for line in lines
    )
    return report


def _line(figure: LogFigure, *, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "task": figure.task,
        "metric": figure.metric,
        "filter": figure.filter,
        "value": figure.value,
        "stderr": figure.stderr,
        "n": figure.n,
        "runs": list(figure.runs),
        "shots": figure.shots,
        "task_version": figure.version,
    }


def error_of_mean(errors: Sequence[str], *, factor: int) -> str:
    """Standard error of a mean over independent tasks; "" where one of them has none.

    >>> error_of_mean(["0.03", "0.04"], factor=100), error_of_mean(["0.03", ""], factor=1)
    ('2.5', '')
    """
    if not all(errors):
        return ""
    squares = sum((Decimal(error) ** 2 for error in errors), Decimal(0))
    error = squares.sqrt() / len(errors) * factor
    return format(round(error, 10).normalize(), "f")


def read_logs(log: Bundle) -> tuple[str, list[LogFigure]]:
    """The harness and the figures of all results files of a bundle, equal runs averaged. MeasurementError says which file."""
    logs = [_read(log, name, blob) for name, blob in _results_files(log)]
    if not logs:
        raise MeasurementError(
            _("There is no results*.json of lm-eval among these files; type the figures in instead."), field="log"
        )
    harnesses = sorted({found.harness for found in logs})
    try:
        return ", ".join(harnesses)[:100], merged(logs)
    except LogError as error:
        raise MeasurementError(str(error), field="log") from error


def _results_files(log: Bundle) -> list[tuple[str, Blob]]:
    files = log.files.select_related("blob").order_by("path")
    found = [
        (file.path, file.blob)
        for file in files
        if file.path.endswith(".json") and file.path.rsplit("/", 1)[-1].startswith("results")
    ]
    if len(found) > MAX_LOGS:
        raise MeasurementError(
            _("%(count)s results files are more than %(most)s.") % {"count": len(found), "most": MAX_LOGS}, field="log"
        )
    return found


def _read(log: Bundle, name: str, blob: Blob) -> Log:
    if blob.size > MAX_RESULTS:
        raise MeasurementError(_("%(name)s is too large for a results file.") % {"name": name}, field="log")
    with open_blob(blob, reader="system", purpose=ReadPurpose.BENCHMARK) as file:
        content = file.read(MAX_RESULTS + 1)
    try:
        return read_log(content, name=name)
    except LogError as error:
        raise MeasurementError(str(error), field="log") from error


def typed_figures(text: str) -> list[LogFigure]:
    """Figures typed one a line: task, metric, value, standard error, items, and if wanted shots. Errors name the line."""
    figures, errors = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            figures.append(_typed(line))
        except ValueError as error:
            errors.append(_("Line %(number)s: %(why)s") % {"number": number, "why": error})
    if errors:
        raise MeasurementError("\n".join(errors[:20]), field="figures")
    return figures


def _typed(line: str) -> LogFigure:
    cells = [cell.strip() for cell in line.replace("\t", ",").split(",")]
    if not 5 <= len(cells) <= 6 or not cells[0] or not cells[1]:
        raise ValueError(_("write task, metric, value, standard error, items and, if known, shots, with commas."))
    task, metric, value, stderr, items, *shots = cells
    number = _decimal(value, _("value"))
    if _is_beyond("acc" if metric == "f1" else metric, number):
        raise ValueError(_as_share())
    if len(task) > 128 or len(metric) > 64:
        raise ValueError(_("the name of the task or metric is too long."))
    return LogFigure(
        task=task,
        metric=metric,
        filter="none",
        value=number,
        stderr=_decimal(stderr, _("standard error"), least=Decimal(0)) if stderr else "",
        n=_whole(items, _("items"), least=1),
        runs=(number,),
        shots=_whole(shots[0], _("shots"), least=0) if shots and shots[0] else None,
        version="",
    )


def _decimal(text: str, name: str, *, least: Decimal = Decimal(-(10**9))) -> str:
    try:
        number = Decimal(text) if len(text) <= 40 else Decimal("NaN")
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not least <= number <= 10**9 or number.as_tuple().exponent < -40:  # type: ignore[operator]
        raise ValueError(_("%(name)s: “%(text)s” is not a number in bounds.") % {"name": name, "text": text[:40]})
    return format(number, "f")


def _whole(text: str, name: str, *, least: int) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 7 else -1
    if number < least or (least == 0 and number > 1000):
        raise ValueError(_("%(name)s: “%(text)s” is not a whole number in bounds.") % {"name": name, "text": text[:40]})
    return number


__all__ = ["Reported", "error_of_mean", "mean_text", "read_logs", "report_score", "typed_figures"]
