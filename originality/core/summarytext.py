"""A report as a person reads it in a terminal: every figure beside its null."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

OUTCOMES = {
    "no trace": "no trace above the detection limit",
    "anomaly": "anomaly to be explained",
    "common origin": "common origin",
    "identical": "identical beyond chance",
    "own lineage": "own lineage, as declared",
    "not comparable": "could not be compared",
}
ROWS_SHOWN = 40


def print_report(document: dict[str, Any], console: Console) -> None:
    overall, coverage = document["global"], document["coverage"]
    labels = [_plain(document[side]["label"]) for side in ("candidate", "reference")]
    console.print(f"[bold]{labels[0]}[/] against [bold]{labels[1]}[/]")
    console.print(f"level {overall['level']}: {OUTCOMES[overall['outcome']]}; {_direction(document['direction'])}")
    for text in _remarks(document):
        console.print(_plain(text))
    console.print(f"{document['tests_tried']} tests counted; coverage {coverage['any']:.1%} of parameters")
    console.print(f"parameters in modules of common origin: {overall['share_of_parameters_common_origin']:.1%}")
    console.print(_pooled(overall["pooled"]))
    console.print(_modules(document["modules"]))
    console.print(_scores(document["scores"]))
    for text in [*(f"not made: {text}" for text in document["not_made"]), *_excluded(document)]:
        console.print(_plain(text))
    for text in document["limits"]:
        console.print(_plain(f"limit: {text}"))


def _remarks(document: dict[str, Any]) -> list[str]:
    """What a reader must know before any figure."""
    remarks = [document["global"]["not_comparable"]] if document["global"]["not_comparable"] else []
    if document["global"]["level"] == 0 and (limit := document["global"]["detectable_r2"]):
        remarks.append(
            f"detection limit: R² {limit['finest']:.3f} where a module shows most, {_coarsest(limit['coarsest'])}"
        )
    lineage = document["lineage"]
    if lineage and not lineage["shown"]:
        remarks.append(f"declared as own lineage ({lineage['declared']}), not shown by the weights")
    if document["common_seed"]:
        remarks.append(document["common_seed"]["reading"])
    found = document["metadata"]["legal"]["holders_of_the_reference_named"]
    return remarks + [
        f"the candidate's licence files name a holder that the reference's name: {text}" for text in found
    ]


def _coarsest(limit: float) -> str:
    return "and some modules are too small to show anything on their own" if limit >= 1 else f"{limit:.3f} where least"


def _excluded(document: dict[str, Any]) -> list[str]:
    """Count what was left out by its reason; the JSON lists every tensor."""
    lines = []
    for side in ("candidate", "reference"):
        rows = document[side]["excluded"]
        for reason in dict.fromkeys(row["reason"] for row in rows):
            elements = sum(row["elements"] for row in rows if row["reason"] == reason)
            count = sum(row["reason"] == reason for row in rows)
            lines.append(f"left out of the {side}: {count} tensors, {elements:,} numbers: {reason}")
    return lines


def _plain(text: str) -> str:
    """Names come from anybody's files: no markup, no control characters reach the terminal."""
    return escape("".join(char if char.isprintable() else "?" for char in text))


def _direction(known: dict[str, Any]) -> str:
    since, deposit = known["reference_public_since"], known["candidate_earliest_deposit"]
    dates = f"reference public since {since or 'unknown'}, candidate first deposited {deposit or 'unknown'}"
    return f"{known['text']} ({dates})"


def _pooled(pooled: dict[str, Any]) -> Table:
    table = Table(
        "alignment", "n", "z (null 0 ± 1)", "agreement (null 50 %)", "R²", "log10 p adj.", title="sign test, pooled"
    )
    for name, row in pooled.items():
        figures = (
            str(row["n"]),
            f"{row['z']:.2f}",
            f"{row['agreement']:.1%}",
            f"{row['r2']:.3f}",
            f"{row['log10_p_adj']:.1f}",
        )
        table.add_row(name, *figures)
    return table


def _modules(rows: list[dict[str, Any]]) -> Table:
    found = sorted(rows, key=lambda row: (-row["level"], row["log10_p_adj"]))[:ROWS_SHOWN]
    table = Table(
        "module", "of reference", "test", "level", "n", "z", "log10 p adj.", "R²", title="modules, strongest first"
    )
    for row in found:
        z = "-" if row["z"] is None else f"{row['z']:.2f}"
        test = f"{row['test']} {row['alignment']}"
        figures = (str(row["level"]), str(row["n"]), z, f"{row['log10_p_adj']:.1f}", f"{row['r2']:.3f}")
        table.add_row(_plain(row["module"]), _plain(row["reference_module"]), test, *figures)
    return table


def _scores(scores: list[dict[str, Any]]) -> Table:
    columns = ("score", "value", "by chance", "unrelated models", "known descent", "coverage")
    table = Table(*columns, title="scores (no level follows from them, but 1 where it is named)")
    for score in scores:
        name = " ".join(part for part in (score["name"], score.get("tower", ""), score.get("alignment", "")) if part)
        control = "-" if score["positive_control"] is None else f"{score['positive_control']:.3f}"
        chance = _spread(score["null_mean"], score["null_sd"])
        table.add_row(_plain(name), _value(score), chance, _unrelated(score), control, f"{score['coverage']:.4%}")
    return table


def _value(score: dict[str, Any]) -> str:
    value = f"{score['value']:.3f}"
    if "joint_permutation_p" in score:
        value += f"; Pearson {score['pearson']:.3f}, joint p = {score['joint_permutation_p']:.2g}"
    return value + ("; level 1" if score.get("level") else "")


def _unrelated(score: dict[str, Any]) -> str:
    """Count the pairs: of three, a percentile says nothing."""
    pairs = score["registry_pairs"]
    if not pairs:
        return "-"
    below = round(score["control_percentile"] * pairs / 100)
    return (
        f"{_spread(score['registry_mean'], score['registry_sd'] if pairs > 1 else 0)}; {below} of {pairs} at or below"
    )


def _spread(mean: float, sd: float) -> str:
    return f"{mean:.3f} ± {sd:.3f}" if sd else f"{mean:.3f}"


def print_trace(document: dict[str, Any], console: Console) -> None:
    """Every check with figure and expectation, then what is missing and what could not be read."""
    for finding in document["findings"]:
        mark = f" level {finding['level']}" if finding["level"] else ""
        console.print(_plain(f"{finding['check']}: {finding['outcome']}{mark}  {finding['reason']}".rstrip()))
        for name in ("figure", "expected"):
            if finding[name]:
                console.print(_plain(f"    {name}: {_named(finding[name])}"))
    for text in document["missing"]:
        console.print(_plain(f"missing: {text}"))
    files = ", ".join(document["files"])
    console.print(_plain(f"files: {files}; {document['faults_total']} bad records skipped"))
    for fault in document["faults"][:ROWS_SHOWN]:
        console.print(_plain(f"{fault['file']} at {fault['offset']}: {fault['reason']}"))


def _named(figures: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()
    )
