"""What stands on a curve beside its points: restarts, checkpoints, and the steps that a finding is about."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from originality.core.trace.declaration import parse_facts
from originality.core.trace.facts import Facts
from originality.core.trace.finding import Outcome
from originality.core.trace.model import Seam
from originality.curves.words import whole
from originality.models import TraceRun

MOST = 300  # marks of one kind


class Mark(NamedTuple):
    """A step with what happened there; `code` stands on the drawing and in the table. `known_since` is of the ledger."""

    code: str
    step: int
    text: str
    digest: str = ""
    known_since: datetime | None = None

    @property
    def steps(self) -> str:
        return whole(self.step)


class Shade(NamedTuple):
    """Steps that a finding is about; `level` as in originality.core.trace.finding, `check` the name of the check."""

    code: str
    first: int
    last: int
    level: int
    check: str

    @property
    def steps(self) -> str:
        return f"{whole(self.first)}–{whole(self.last)}"


def marks_of(run: TraceRun, quantity: str) -> dict[str, Any]:
    """Return everything that is marked on one series, by the names that drawings and documents take."""
    return {
        "restarts": restarts(seams_of(run, quantity)),
        "checkpoints": checkpoints(run),
        "shades": shades(run, quantity),
    }


def seams_of(run: TraceRun, quantity: str) -> list[Seam]:
    """Return where the training program started again, the first few hundred: a drawing shows no more."""
    rows = (run.logs or {}).get("seams", {}).get(quantity, [])
    return [Seam(**row) for row in rows[:MOST]]


def restarts(seams: list[Seam]) -> list[Mark]:
    return [Mark(f"R{number}", seam.step, _seam_text(seam)) for number, seam in enumerate(seams, 1)]


def _seam_text(seam: Seam) -> str:
    numbers = {"left": whole(seam.left), "overlap": whole(seam.overlap), "differing": whole(seam.differing)}
    if not seam.overlap:
        return _("after step %(left)s, no step logged twice") % numbers
    return _("after step %(left)s, %(overlap)s steps logged twice, %(differing)s of them with other values") % numbers


def checkpoints(run: TraceRun) -> list[Mark]:
    """Checkpoints and deposited digests of the run in order of step; those without a declared step stand on no curve."""
    facts = facts_of(run)
    known = {row.digest: row for row in reversed(facts.deposits)}
    rows = [(link.step, link.role, link.digest) for link in facts.chain if link.step is not None]
    handed_in = {digest for _step, _role, digest in rows}
    rows += [(row.step, "deposited", row.digest) for row in facts.deposits if row.digest not in handed_in]
    return [
        Mark(
            f"C{number}", step, _role_text(role), digest, parse_datetime(known[digest].at) if digest in known else None
        )
        for number, (step, role, digest) in enumerate(sorted(rows)[:MOST], 1)
    ]


def facts_of(run: TraceRun) -> Facts:
    """Return what the plan froze; of a run from before plans had facts, nothing."""
    document = run.plan.get("facts") if isinstance(run.plan, dict) else None
    return parse_facts(document) if document else Facts()


def _role_text(role: str) -> str:
    said = {
        "initial": _("Step 0"),
        "intermediate": _("Intermediate checkpoint"),
        "final": _("Final checkpoint"),
        "deposited": _("Deposited digest, without bytes"),
    }
    return said.get(role, role)


def shades(run: TraceRun, quantity: str) -> list[Shade]:
    """Return the spans of findings that ask for an explanation, numbered in the order of the report."""
    return list(_shades(run.report or {}, quantity))


def _shades(report: dict[str, Any], quantity: str) -> Iterator[Shade]:
    number = 0
    for finding in report.get("findings", []):
        if finding["outcome"] != Outcome.DEVIATES:
            continue
        number += 1
        for span in finding.get("spans", []):
            if span["quantity"] == quantity:
                yield Shade(f"F{number}", span["first"], span["last"], finding["level"], finding["check"])
