"""Reads on the support ledger: grants and outages as they stand, their history, and card-hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from portal.consortia import card_hours
from portal.consortia.card_hours import Span
from portal.consortia.models import Consortium, GrantVersion, OutageVersion, SupportGrant
from portal.programmes.models import Programme

FEW = 3  # a row over fewer consortia would tell one of them about another


@dataclass(frozen=True)
class GrantRow:
    """A grant as it stands, with the outages that stand; figures in card-seconds up to a moment."""

    version: GrantVersion
    outages: tuple[OutageVersion, ...]
    granted: int
    lost: int

    @property
    def granted_hours(self) -> Decimal:
        return card_hours.hours(self.granted)

    @property
    def lost_hours(self) -> Decimal:
        return card_hours.hours(self.lost)

    @property
    def used_hours(self) -> Decimal:
        return card_hours.hours(self.granted - self.lost)


@dataclass(frozen=True)
class Total:
    label: str  # a type of card; empty: all
    consortia: int
    cards: int
    data_budget: int
    granted: int
    lost: int

    @property
    def granted_hours(self) -> Decimal:
        return card_hours.hours(self.granted)

    @property
    def lost_hours(self) -> Decimal:
        return card_hours.hours(self.lost)


def grants_standing(programme: Programme, consortium: Consortium | None = None) -> QuerySet[GrantVersion]:
    """The last version of each grant, unless it was taken back."""
    last = GrantVersion.objects.filter(grant=OuterRef("grant")).order_by("-number").values("number")[:1]
    rows = GrantVersion.objects.filter(grant__programme=programme, number=Subquery(last), void=False)
    if consortium is not None:
        rows = rows.filter(grant__consortium=consortium)
    return rows.select_related("grant__consortium").order_by("grant__consortium__slug", "starts")


def outages_standing(grants: Iterable[int]) -> QuerySet[OutageVersion]:
    last = OutageVersion.objects.filter(outage=OuterRef("outage")).order_by("-number").values("number")[:1]
    rows = OutageVersion.objects.filter(outage__grant__in=grants, number=Subquery(last), void=False)
    return rows.select_related("outage").order_by("starts")


def support_rows(
    programme: Programme, consortium: Consortium | None = None, *, moment: datetime | None = None
) -> list[GrantRow]:
    """Every standing grant with its card-hours up to `moment` (now)."""
    grants = list(grants_standing(programme, consortium))
    outages = list(outages_standing([version.grant_id for version in grants]))
    now = moment or timezone.now()
    return [
        _row(version, [out for out in outages if out.outage.grant_id == version.grant_id], now) for version in grants
    ]


def _row(version: GrantVersion, outages: list[OutageVersion], moment: datetime) -> GrantRow:
    passed = card_hours.until(_span(version), moment)
    cuts = [cut for out in outages if (cut := card_hours.until(_span(out), moment))]
    granted = card_hours.granted(passed) if passed else 0
    lost = card_hours.lost(passed, cuts) if passed else 0
    return GrantRow(version, tuple(outages), granted, lost)


def _span(version: GrantVersion | OutageVersion) -> Span:
    return Span(version.starts, version.ends, version.cards)


def public_totals(programme: Programme) -> list[Total]:
    """The whole programme, then each type of card that at least three consortia got; fewer would single one out."""
    rows = support_rows(programme)
    if not rows:
        return []
    types = sorted({row.version.card_type for row in rows if row.version.cards})
    totals = [total(name, [row for row in rows if row.version.card_type == name]) for name in types]
    return [total("", rows), *(row for row in totals if row.consortia >= FEW)]


def total(label: str, rows: Iterable[GrantRow]) -> Total:
    rows = list(rows)
    return Total(
        label,
        consortia=len({row.version.grant.consortium_id for row in rows}),
        cards=sum(row.version.cards for row in rows),
        data_budget=sum(row.version.data_budget for row in rows),
        granted=sum(row.granted for row in rows),
        lost=sum(row.lost for row in rows),
    )


def programmes_supporting(consortium: Consortium) -> QuerySet[Programme]:
    return Programme.objects.filter(support_grants__consortium=consortium).distinct().order_by("slug")


def history_of(grant: SupportGrant) -> QuerySet[GrantVersion]:
    return grant.versions.order_by("number")


def grants_taken_back(programme: Programme) -> QuerySet[SupportGrant]:
    """Grants of which no row stands any more; their history does."""
    return SupportGrant.objects.filter(programme=programme, versions__void=True).select_related("consortium").distinct()
