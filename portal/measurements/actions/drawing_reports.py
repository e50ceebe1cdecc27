"""The lot over reported figures: seed and rule are published first, the pool closes after the deadline, the lot is made."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.formats import lot
from portal.common.formats.canonical import digest_of
from portal.common.viewer import Viewer
from portal.consortia.actions.base import addresses_of
from portal.letters.actions import post_letter
from portal.measurements.actions.steps import leave_trace, locked, require_staff, require_text, step
from portal.measurements.comparing import LEVELS
from portal.measurements.enums import AuditAction, DrawState, Effect
from portal.measurements.errors import MeasurementError
from portal.measurements.models import ReportedFigure, Reproduction, ReproductionDraw
from portal.measurements.selectors.reported import draw_of, places_of, pool_of, standing_reports
from portal.measurements.transitions import REPRODUCTION_DRAW
from portal.programmes.models import Phase

COMMITS_IN = ("rules_frozen", "receiving", "closed", "scoring")
CLOSES_IN = ("closed", "scoring")


@transaction.atomic
def commit_reproductions(
    phase: Phase, *, seats: int, level: str, tolerance: str, effect: str, days: int, source: str, by: Viewer
) -> ReproductionDraw:
    """Publish the rule and the digest of a secret that nobody sees. Teams go on reporting until the deadline."""
    row = Phase.objects.select_for_update(of=("self",)).select_related("programme", "ruleset").get(pk=phase.pk)
    require_staff(by, "officer", programme=row.programme)
    if row.state not in COMMITS_IN:
        raise MeasurementError(_("The draw is announced from the freezing of the rules until scores are sealed."))
    if not places_of(row):
        raise MeasurementError(_("The rules of this phase have no item that teams report themselves."))
    if draw_of(row):
        raise MeasurementError(_("There is a draw of this phase already; a phase has one."))
    if level not in LEVELS or effect not in Effect.values:
        raise MeasurementError(_("Level and effect are chosen from the list."))
    secret = lot.new_secret()
    draw = ReproductionDraw.objects.create(
        phase=row,
        seats=seats,
        level=level,
        tolerance=tolerance,
        effect=effect,
        days=days,
        source=source.strip(),
        secret=secret,
        commitment=lot.commitment_to(secret),
        committed_by=by.actor,
    )
    after = {"phase": row.pk, "commitment": draw.commitment, "seats": seats, "rule": draw.rule, "source": draw.source}
    leave_trace(AuditAction.DRAW_COMMITTED, by=by, subject=draw, after=after)
    return draw


@transaction.atomic
def close_reports(draw: ReproductionDraw, *, by: Viewer) -> ReproductionDraw:
    """After the deadline: from now on no report changes, even if receiving opens again. The pool's digest is public."""
    row = _locked(draw, by)
    found = step(REPRODUCTION_DRAW, "close_pool", row.state, by=by)
    if row.phase.state not in CLOSES_IN:
        raise MeasurementError(_("The pool closes when receiving has closed and before scores are sealed."))
    pool = pool_of(row.phase)
    if not pool:
        raise MeasurementError(_("No team has reported a score that could be drawn."))
    row.state, row.closed_at = DrawState(found.target), timezone.now()
    row.pool_digest = lot.pool_digest(_candidates(pool))
    row.reports_digest = _reports_digest(row.phase)
    row.save(update_fields=["state", "closed_at", "pool_digest", "reports_digest"])
    after = {"pool": row.pool_digest, "reports": row.reports_digest, "figures": len(pool)}
    leave_trace(AuditAction.DRAW_CLOSED, by=by, subject=row, after=after)
    return row


@transaction.atomic
def draw_reproductions(draw: ReproductionDraw, *, figure: str, by: Viewer) -> ReproductionDraw:
    """Draw, publish everything, and tell the teams which of their figures is run again."""
    row = _locked(draw, by)
    found = step(REPRODUCTION_DRAW, "draw", row.state, by=by)
    row.figure = require_text(figure, field="figure") if row.source else ""
    pool = pool_of(row.phase)
    seed = lot.Seed(row.secret, row.source, row.figure)
    row.document = lot.document_of(_cells(pool, seats=row.seats), _candidates(pool), seed=seed)
    if row.document["pool_digest"] != row.pool_digest or _reports_digest(row.phase) != row.reports_digest:
        raise MeasurementError(_("The pool is not the one whose digest was published; set this draw aside."))
    row.state, row.drawn_at, row.digest = DrawState(found.target), timezone.now(), digest_of(row.document)
    row.save(update_fields=["state", "figure", "document", "drawn_at", "digest"])
    drawn = {code for outcome in row.document["outcome"] for code in outcome["drawn"]}
    chosen = [reported for reported in pool if reported.code in drawn]
    Reproduction.objects.bulk_create(Reproduction(draw=row, figure=reported) for reported in chosen)
    _tell(row)
    leave_trace(AuditAction.DRAW_MADE, by=by, subject=row, after={"digest": row.digest, "figures": len(chosen)})
    return row


@transaction.atomic
def void_reproductions(draw: ReproductionDraw, *, reason: str, by: Viewer) -> ReproductionDraw:
    row = _locked(draw, by)
    found = step(REPRODUCTION_DRAW, "void", row.state, by=by, reason=reason)
    row.state, row.void_reason = DrawState(found.target), reason.strip()
    row.save(update_fields=["state", "void_reason"])
    leave_trace(AuditAction.DRAW_VOIDED, by=by, subject=row, before={"state": found.source}, reason=row.void_reason)
    return row


def _candidates(pool: list[ReportedFigure]) -> list[lot.Candidate]:
    return [lot.Candidate(figure.code, figure.report.entry.code) for figure in pool]


def _cells(pool: list[ReportedFigure], *, seats: int) -> list[lot.Cell]:
    """One cell per team: nobody's share depends on how many figures the others report."""
    counts: dict[str, int] = {}
    for figure in pool:
        counts[figure.report.entry.code] = counts.get(figure.report.entry.code, 0) + 1
    return [lot.Cell(code, min(seats, count)) for code, count in sorted(counts.items())]


def _reports_digest(phase: Phase) -> str:
    """Of the salted digests of every report that counts: it fixes the figures and gives none away."""
    return digest_of(sorted(standing_reports(phase).values_list("digest", flat=True)))


def _tell(draw: ReproductionDraw) -> None:
    rows = draw.reproductions.select_related("figure__report__entry__consortium")
    for row in rows:
        entry = row.figure.report.entry
        post_letter(
            addresses_of(entry.consortium),
            kind="reproduction_drawn",
            subject_key=f"measurements.reproduction:{row.pk}",
            context={"reproduction": row, "figure": row.figure, "entry": entry, "phase": draw.phase},
        )


def _locked(draw: ReproductionDraw, by: Viewer) -> ReproductionDraw:
    row = locked(draw)
    require_staff(by, "officer", programme=row.phase.programme)
    return row
