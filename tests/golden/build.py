"""Input bundles that lead to the published figures of 2026, and what the command prints for them.

`python -m tests.golden.build` writes both.

Teams are T1 to T5 (phase 1) and T1 to T4 (phase 2). Points that were published or stood in the press are aimed at;
how single sheets and raw scores come to them is constructed, and every row says which of the three it is.
"""

import hashlib
import itertools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from portal.common.formats.canonical import digest_of
from portal.review.scoring import tally
from portal.review.scoring.__main__ import table

FOLDER = Path(__file__).parent
PROGRAMMES = FOLDER.parents[1] / "programmes"
USERS, CITIZENS, EXPERTS = 49, 185, 10


class Aim(NamedTuple):
    """Points a team must come out with, and where the figure is from."""

    points: str
    origin: str = "constructed"


P1 = {  # part -> points of T1..T5; sums give the published averages 30.4, 28.56 and 20.76
    "nia": [Aim("9.2", "published"), Aim("9.2", "published"), Aim("8.7"), Aim("8.8"), Aim("8.1")],
    "common": [Aim("14.4", "published"), Aim("12.6"), Aim("12.2"), Aim("12.0"), Aim("10.6")],
    "individual": [Aim("10.0", "published"), Aim("9.4"), Aim("10.0", "published"), Aim("8.8"), Aim("8.0")],
    "expert": [Aim("31.6", "published"), Aim("29.0"), Aim("28.2"), Aim("28.0"), Aim("26.0")],
}
P1_USER_SUMS = [
    (230, "published"),
    (192, "constructed"),
    (185, "constructed"),
    (180, "constructed"),
    (167, "constructed"),
]
P2 = {  # part -> points of T1..T4; the totals 70.6, 69.9, 69.0 and 65.8 are the press's, and so is who has which
    "aaii": [Aim("8.8", "published"), Aim("9.4", "published"), Aim("7.8", "published"), Aim("11.9", "published")],
    "nia": [Aim("13.4", "published"), Aim("13.1"), Aim("12.9"), Aim("12.8")],
    "expert": [Aim("29.4"), Aim("29.0"), Aim("29.5", "published"), Aim("27.1")],
}
P2_PROFESSIONAL_SUMS = [(189, "published"), (183, "constructed"), (183, "constructed"), (132, "constructed")]
P2_PUBLIC_SUMS = [(684, "constructed"), (666, "constructed"), (703, "published"), (546, "constructed")]


def main() -> None:
    for name, bundle in (("phase1-2026", phase1()), ("phase2-2026", phase2())):
        (FOLDER / f"{name}.json").write_text(text_of(bundle), encoding="utf-8")
        (FOLDER / f"{name}.txt").write_text(printed(bundle), encoding="utf-8")


def printed(bundle: dict[str, Any]) -> str:
    """What `python -m portal.review.scoring` prints for it."""
    result = tally(bundle)
    digests = f"input digest {result.document['input_digest']}\ntally digest {result.digest}"
    return f"{table(result)}\n{digests}\n"


def text_of(bundle: dict[str, Any]) -> str:
    """One row a line: small enough to read in a diff."""
    parts = []
    for key, value in bundle.items():
        if isinstance(value, list):
            rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False, sort_keys=True) for row in value)
            parts.append(f" {json.dumps(key)}: [\n{rows}\n ]")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def phase1() -> dict[str, Any]:
    measurements = [row for team in range(5) for row in _phase1_measurements(team)]
    sheets = _expert_sheets(P1["expert"], maxima={"strategy": 10, "results": 15, "spillover": 10})
    sheets += _rating_sheets("user", sums=P1_USER_SUMS, reviewers=USERS)
    gates = [{"gate": "originality", "entry": "T4", "verdict": "fail", "decision": "constructed"}]
    return _bundle("dokja-2026-phase1", teams=5, sheets=sheets, measurements=measurements, gates=gates)


def phase2() -> dict[str, Any]:
    measurements = []
    for team in range(4):
        measurements += [
            _measured(team, part="aaii", item="index", value=Decimal(P2["aaii"][team].points) * 4, aim=P2["aaii"][team])
        ]
        value = Decimal(P2["nia"][team].points) * 100 / 15
        measurements += [_measured(team, part="nia", item="overall", value=round(value, 2), aim=P2["nia"][team])]
    sheets = _expert_sheets(P2["expert"], maxima={"strategy": 10, "results": 10, "spillover": 15})
    sheets += _rating_sheets("professional", sums=P2_PROFESSIONAL_SUMS, reviewers=USERS)
    sheets += _rating_sheets("public", sums=P2_PUBLIC_SUMS, reviewers=CITIZENS)
    return _bundle("dokja-2026-phase2", teams=4, sheets=sheets, measurements=measurements, gates=[])


def _bundle(ruleset: str, *, teams: int, **rows: list[dict[str, Any]]) -> dict[str, Any]:
    document = yaml.safe_load((PROGRAMMES / f"{ruleset}.yaml").read_text(encoding="utf-8"))
    entries = [{"code": f"T{team + 1}", "name": f"Team {team + 1}"} for team in range(teams)]
    return {
        "schema": "tally-input/1",
        "ruleset": document,
        "ruleset_digest": digest_of(document),
        "entries": entries,
        **rows,
    }


def _phase1_measurements(team: int) -> list[dict[str, Any]]:
    nia, common, individual = (P1[part][team] for part in ("nia", "common", "individual"))
    spread = dict(zip(("maths", "knowledge", "long_context", "safety", "reliability"), (-2, -1, 0, 1, 2), strict=True))
    rows = [
        _measured(team, part="nia", item=item, value=Decimal(nia.points) * 10 + offset, aim=nia)
        for item, offset in spread.items()
    ]
    rows.append(_measured(team, part="common", item="thirteen", value=Decimal(common.points) * 5, aim=common))
    own = Decimal(individual.points) * 8  # against a target of 80
    chosen = ("own1", "own2", "given1", "given2", "given3")
    against = [_measured(team, part="individual", item=item, value=own, aim=individual) for item in chosen]
    return rows + [{**row, "target": "80"} for row in against]


def _measured(team: int, *, part: str, item: str, value: Decimal, aim: Aim) -> dict[str, Any]:
    return {
        "entry": f"T{team + 1}",
        "part": part,
        "item": item,
        "value": str(value),
        "target": None,
        "origin": aim.origin,
    }


def _expert_sheets(aims: list[Aim], *, maxima: dict[str, int]) -> list[dict[str, Any]]:
    sheets = []
    for team, aim in enumerate(aims):
        for reviewer, halves in enumerate(_ten_totals(aim), start=1):
            scores = _split(halves, maxima)
            sheets.append(_sheet("expert", team=team, reviewer=f"r{reviewer:02}", scores=scores, origin=aim.origin))
    return sheets


def _ten_totals(aim: Aim) -> list[int]:
    """Totals in half points: eight around the aim, one above and one below, which the rule drops."""
    middle = round(Decimal(aim.points) * 8 * 2)
    eight = [middle // 8 + (place < middle % 8) for place in range(8)]
    eight = [value + offset for value, offset in zip(eight, (-2, -1, -1, 0, 0, 1, 1, 2), strict=True)]
    return [*eight, min(70, max(eight) + 3), min(eight) - 7]


def _split(halves: int, maxima: dict[str, int]) -> dict[str, str]:
    """Half points over the criteria, in proportion, the remainder to the first that has room."""
    shares = {key: halves * most // sum(maxima.values()) for key, most in maxima.items()}
    rest = halves - sum(shares.values())
    for key in itertools.cycle(maxima):
        if rest == 0:
            break
        if shares[key] < maxima[key] * 2:
            shares[key] += 1
            rest -= 1
    return {key: str(Decimal(share) / 2) for key, share in shares.items()}


def _rating_sheets(part: str, *, sums: list[tuple[int, str]], reviewers: int) -> list[dict[str, Any]]:
    sheets = []
    for team, (total, origin) in enumerate(sums):
        for index in range(reviewers):
            score = total // reviewers + (index < total % reviewers)
            reviewer = f"u{index + 1:03}"
            sheets.append(_sheet(part, team=team, reviewer=reviewer, scores={"overall": str(score)}, origin=origin))
    return sheets


def _sheet(part: str, *, team: int, reviewer: str, scores: dict[str, str], origin: str) -> dict[str, Any]:
    content = {"part": part, "entry": f"T{team + 1}", "reviewer": reviewer, "scores": scores}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    return {"sheet": digest, **content, "origin": origin}


if __name__ == "__main__":
    main()
