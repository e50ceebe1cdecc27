"""Reads on proposals: who proposed what, which benchmarks are taken, and which target stands for an item."""

from typing import Any, NamedTuple

from django.db.models import QuerySet

from portal.consortia.choosing import Choice, Proposed, choose
from portal.consortia.enums import ProposalKind, RoundState
from portal.consortia.models import Entry, Proposal, ProposalResult, ProposalRound
from portal.consortia.selectors.entries import STILL_IN
from portal.programmes.models import Phase
from portal.programmes.ruleset import Item, Part, parse_ruleset

DEFAULT_MINIMUM = 3
SCHEMA = "proposals/1"


class TargetItem(NamedTuple):
    """An item whose points are own ÷ target, for which the rules fix no target: each team brings its own."""

    part: Part
    item: Item

    @property
    def key(self) -> str:
        return f"{self.part.key}.{self.item.key}"


def round_of(phase: Phase) -> ProposalRound | None:
    return ProposalRound.objects.filter(phase=phase).select_related("phase__programme").first()


def minimum_for(phase: Phase) -> int | None:
    """What the rules say, the strictest of their parts; None leaves it to whoever opens the round."""
    parts = parse_ruleset(phase.ruleset.document).parts if phase.ruleset else ()
    return max((part.proposed_by for part in parts if part.proposed_by), default=None)


def target_items(phase: Phase) -> list[TargetItem]:
    if phase.ruleset is None:
        return []
    parts = [part for part in parse_ruleset(phase.ruleset.document).parts if part.formula.points == "own_over_target"]
    return [TargetItem(part, item) for part in parts for item in part.items if item.target is None]


def standing_proposals(found: ProposalRound, kind: str) -> QuerySet[Proposal]:
    """Not taken back, and of a team that is still in."""
    rows = found.proposals.filter(kind=kind, withdrawn_at=None, entry__state__in=STILL_IN)
    return rows.select_related("entry__consortium").order_by("key", "entry__code")


def proposals_by(entry: Entry) -> QuerySet[Proposal]:
    return entry.proposals.filter(withdrawn_at=None).order_by("kind", "proposed_at")


def choices_in(found: ProposalRound) -> tuple[Choice, ...]:
    """The rule, computed: each benchmark, the slugs of the consortia behind it, and whether they are enough."""
    rows = standing_proposals(found, ProposalKind.BENCHMARK)
    return choose((Proposed(row.entry.consortium.slug, row.name, row.version) for row in rows), minimum=found.minimum)


def teams_counted(found: ProposalRound) -> int:
    return found.phase.entries.filter(state__in=STILL_IN).values("consortium").distinct().count()


def names_are_open(found: ProposalRound) -> bool:
    """Until proposals close a benchmark shows how many teams proposed it, not which."""
    return found.state != RoundState.OPEN


def result_document(found: ProposalRound) -> dict[str, Any]:
    """Schema proposals/1: teams by the short names of their consortia, numbers as decimal text."""
    return {
        "schema": SCHEMA,
        "phase": found.phase.slug,
        "ruleset_digest": found.phase.ruleset.digest if found.phase.ruleset else "",
        "minimum_teams": found.minimum,
        "teams": teams_counted(found),
        "benchmarks": [_benchmark(found, choice) for choice in choices_in(found)],
        "targets": [_target(row) for row in standing_proposals(found, ProposalKind.TARGET)],
    }


def _benchmark(found: ProposalRound, choice: Choice) -> dict[str, Any]:
    rows = [row for row in standing_proposals(found, ProposalKind.BENCHMARK) if row.key == choice.key]
    sources = [
        {"team": row.entry.consortium.slug, "url": row.source, "date": row.dated.isoformat(), "metric": row.metric}
        for row in rows
    ]
    return {
        "name": choice.name,
        "version": choice.version,
        "teams": list(choice.teams),
        "taken": choice.taken,
        "sources": sources,
    }


def _target(row: Proposal) -> dict[str, Any]:
    return {
        "team": row.entry.consortium.slug,
        "part": row.part,
        "item": row.item,
        "model": row.name,
        "version": row.version,
        "benchmark": row.benchmark,
        "metric": row.metric,
        "score": row.score,
        "url": row.source,
        "date": row.dated.isoformat(),
    }


def latest_result(phase: Phase) -> ProposalResult | None:
    return ProposalResult.objects.filter(round__phase=phase).order_by("-version").first()


def frozen_targets(phase: Phase) -> dict[tuple[str, str, str], str]:
    """(code of the entry, part, item) -> the frozen score of its target model, as decimal text."""
    result = latest_result(phase)
    if result is None:
        return {}
    by_team = {(row["team"], row["part"], row["item"]): str(row["score"]) for row in result.document["targets"]}
    entries = Entry.objects.filter(phase=phase).select_related("consortium")
    return {
        (entry.code, part, item): score
        for entry in entries
        for (team, part, item), score in by_team.items()
        if team == entry.consortium.slug
    }


class ShownChoice(NamedTuple):
    """A benchmark as a page shows it; `teams` is None while names stay closed."""

    name: str
    version: str
    number: int  # of teams
    taken: bool
    teams: list[str] | None


def team_names(phase: Phase) -> dict[str, str]:
    """Short name of a consortium -> its name in the language of the page."""
    entries = Entry.objects.filter(phase=phase).select_related("consortium")
    return {entry.consortium.slug: entry.consortium.name for entry in entries}


def shown_choices(found: ProposalRound, names: dict[str, str]) -> list[ShownChoice]:
    opened = names_are_open(found)
    return [
        ShownChoice(
            choice.name,
            choice.version,
            len(choice.teams),
            choice.taken,
            [names.get(slug, slug) for slug in choice.teams] if opened else None,
        )
        for choice in choices_in(found)
    ]


def shown_targets(result: ProposalResult, names: dict[str, str], items: dict[str, str]) -> list[dict[str, Any]]:
    """Rows of the frozen document, with names and headings in the language of the page."""
    return [
        {
            **row,
            "team_name": names.get(row["team"], row["team"]),
            "item_title": items.get(f"{row['part']}.{row['item']}", row["item"]),
        }
        for row in result.document["targets"]
    ]
