"""The table that `make demo` prints: three teams, what was measured, what the panel decided, and the digests."""

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from demo import cast
from demo.stage import Stage
from evaluation.models import TaskResult
from originality.models import Comparison
from portal.consortia.models import Entry
from portal.review.models import Tally

BENCHMARK_METRIC = "acc"


def print_table(stage: Stage, facts: dict[str, Any]) -> None:
    tally = Tally.objects.filter(phase=stage.phase).latest("version")
    standings = {row["code"]: row for row in tally.output["entries"]}
    console = Console(width=150)
    console.print(_teams(stage, standings))
    console.print(_originality(stage))
    console.print(f"rule set digest {facts['ruleset']}")
    console.print(f"tally digest    {tally.digest}")
    console.print(f"release digest  {facts['root']} (release {facts['release']})")


def _teams(stage: Stage, standings: dict[str, Any]) -> Table:
    table = Table("team", "benchmark acc ± error", "points", "rank by score", "gate", "rank among eligible", "decision")
    for team in cast.TEAMS:
        entry = stage.entry(team)
        row = standings[entry.code]
        table.add_row(
            f"{entry.code} {team.name_en}",
            _accuracy(entry),
            str(row["total"]),
            str(row["rank_by_score"]),
            ", ".join(f"{gate} {ruling['verdict']}" for gate, ruling in row["gates"].items()),
            str(row["rank_among_eligible"] or "-"),
            str(entry.state),
        )
    return table


def _accuracy(entry: Entry) -> str:
    """The mean over the suite's tasks; its error from the tasks' standard errors, which are independent."""
    rows = TaskResult.objects.filter(
        run__in=entry.submissions.filter(state="submitted").values("runs__benchmark"), metric=BENCHMARK_METRIC
    )
    values = [(Decimal(row.value), Decimal(row.stderr or 0)) for row in rows]
    mean = sum(value for value, _error in values) / len(values)
    error = sum((error**2 for _value, error in values), Decimal()).sqrt() / len(values)
    return f"{mean:.4f} ± {error:.4f} ({len(values)} tasks)"


def _originality(stage: Stage) -> Table:
    table = Table(
        "team", "reference", "level", "z", "R²", "coverage", "modules of common origin", "norm cosine", "its null"
    )
    for team in cast.TEAMS:
        entry = stage.entry(team)
        found = Comparison.objects.filter(
            run__in=entry.submissions.filter(state="submitted").values("runs__originality")
        )
        for row in found.select_related("reference"):
            table.add_row(entry.code, str(row.reference), str(row.level), *_figures(row))
    return table


def _figures(row: Comparison) -> list[str]:
    norm = next((score for score in row.report["scores"] if score["kind"] == "norm"), None)
    shown = [
        "-" if row.z is None else f"{row.z:.2f} ({row.alignment}; null 0 ± 1)",
        "-" if row.r2 is None else f"{row.r2:.4f}",
        f"{row.coverage:.0%}",
        str(row.report["global"]["modules_at_level_2_or_more"]),
    ]
    if norm is None:
        return [*shown, "-", "-"]
    return [*shown, f"{norm['value']:.4f}", f"{norm['null_mean']:.4f} ± {norm['null_sd']:.4f}"]
