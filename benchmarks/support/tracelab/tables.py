"""The matrix of dossiers and checks, and what does not hold in it."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

EXPECTED = Path(__file__).with_name("expected.toml")
CELLS = {"shown": "0", "not shown": "-", "not applicable": "·"}
Document = dict[str, Any]


class Judged(NamedTuple):
    """A dossier and its report."""

    name: str
    forged: bool
    report: Document

    def findings(self) -> dict[str, Document]:
        return {finding["check"]: finding for finding in self.report["findings"]}


def expected() -> Document:
    return tomllib.loads(EXPECTED.read_text(encoding="utf-8"))


def matrix(judged: Iterable[Judged]) -> list[str]:
    """Return lines: 0 shown, - not shown, · not applicable, 1 to be explained, 2 contradiction; * is the check that the table names."""
    judged = list(judged)
    checks = list(dict.fromkeys(check for one in judged for check in one.findings()))
    lines = [f"{number:>2} {check}" for number, check in enumerate(checks, start=1)]
    lines.append(f"\n{'':28}" + "".join(f"{number:>4}" for number in range(1, len(checks) + 1)))
    named = expected()["forged"]
    for one in judged:
        asked = named[one.name].get("caught_by") if one.forged else None
        cells = [_cell(one.findings().get(check)) + ("*" if check == asked else " ") for check in checks]
        lines.append(f"{'forged' if one.forged else 'honest'} {one.name:21}" + "".join(f"{cell:>4}" for cell in cells))
    return lines


def _cell(finding: Document | None) -> str:
    if finding is None:
        return " "
    return CELLS.get(finding["outcome"]) or str(finding["level"])


def figures(judged: Iterable[Judged]) -> list[str]:
    """For each forgery the finding that its table names, with figure and expectation."""
    named = expected()["forged"]
    lines = []
    for one in judged:
        check = named[one.name].get("caught_by") if one.forged else None
        if check:
            found = one.findings().get(check)
            text = (
                "no such check" if found is None else f"{found['outcome']}, level {found['level']}: {_numbers(found)}"
            )
            lines.append(f"{one.name} / {check}: {text}")
    return lines


def _numbers(finding: Document) -> str:
    told = {**finding["figure"], **{f"expected {name}": value for name, value in finding["expected"].items()}}
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in told.items()
    )[:240]


def failures(judged: Iterable[Judged]) -> list[str]:
    found = []
    table = expected()
    for one in judged:
        named = table["forged" if one.forged else "honest"].get(one.name)
        if named is None:
            found.append(f"{one.name}: not in {EXPECTED.name}")
            continue
        found += _forged(one, named) if one.forged else _honest(one)
        found += _outcomes(one, named)
    return found


def _forged(one: Judged, named: Document) -> list[str]:
    if (check := named.get("caught_by")) is None:
        return _honest(one)
    finding = one.findings().get(check)
    caught = finding is not None and finding["outcome"] == "deviates" and finding["level"] >= 1
    return [] if caught else [f"forged {one.name}: not caught by {check!r}"]


def _honest(one: Judged) -> list[str]:
    kind = "forged" if one.forged else "honest"
    return [
        f"{kind} {one.name}: {check} at level {finding['level']}: {finding['reason']} ({_numbers(finding)})"
        for check, finding in one.findings().items()
        if finding["level"] > 0 or finding["outcome"] == "deviates"
    ]


def _outcomes(one: Judged, named: Document) -> list[str]:
    """Check what the table says is shown, not shown or not applicable."""
    found = []
    for key in ("shown", "not_shown", "not_applicable"):
        for check in named.get(key, ()):
            outcome = one.findings().get(check, {}).get("outcome", "missing")
            if outcome != key.replace("_", " "):
                found.append(f"{one.name}: {check} is {outcome!r}, the table says {key.replace('_', ' ')!r}")
    return found
