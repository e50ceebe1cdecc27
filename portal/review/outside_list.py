"""Figures of an outside body as a CSV list: every bad line with its number, and nothing taken from a list that has one."""

import csv
from collections.abc import Mapping

from django.utils.translation import gettext as _

from portal.review.actions import OutsideFigure, OutsideLine
from portal.review.lists import BadRow, Fault, rows_in
from portal.review.models import OutsideDocument

NEEDED = ("entry", "part", "item", "value")
COLUMNS = (*NEEDED, "target", "stderr", "raw", "reason")


def read_figures(text: str, *, document: OutsideDocument) -> tuple[list[OutsideLine], list[Fault]]:
    """Lines of `text` as figures of this document; `raw` is written "maths=71.2; code=60"."""
    lines: list[OutsideLine] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, str, str], int] = {}
    try:
        for number, cells in rows_in(text, NEEDED):
            place = (cells["entry"], cells["part"], cells["item"])
            try:
                lines.append(_line(number, cells, document=document))
                if (before := seen.setdefault(place, number)) != number:
                    raise BadRow(_("the same figure stands in line %(line)s already") % {"line": before})
            except BadRow as fault:
                faults.append(Fault(number, str(fault)))
    except (BadRow, csv.Error) as fault:
        return [], [Fault(1, str(fault))]
    if not lines and not faults:
        faults.append(Fault(1, _("the list has no row below its header")))
    return lines, faults


def _line(number: int, cells: Mapping[str, str], *, document: OutsideDocument) -> OutsideLine:
    figure = OutsideFigure(
        part=cells["part"],
        item=cells["item"],
        value=cells["value"],
        document=document,
        target=cells.get("target", ""),
        stderr=cells.get("stderr", ""),
        raw=raw_figures(cells.get("raw", "")),
    )
    return OutsideLine(number, cells["entry"], figure, reason=cells.get("reason", "")[:500])


def raw_figures(text: str) -> dict[str, str]:
    """Name to number of "maths=71.2; code=60"; BadRow where a pair is none.

    >>> raw_figures("maths = 71.2; code=60")
    {'maths': '71.2', 'code': '60'}
    """
    found: dict[str, str] = {}
    for pair in filter(str.strip, text.replace("\n", ";").split(";")):
        name, equals, number = (piece.strip() for piece in pair.partition("="))
        if not name or not equals or not number or name in found:
            raise BadRow(
                _("“%(pair)s” is no raw figure; write name=number, each name once") % {"pair": pair.strip()[:60]}
            )
        found[name] = number
    return found
