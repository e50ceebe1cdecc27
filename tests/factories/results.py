"""Sources of a release as plain documents: three invented teams, two panels, benchmarks, one gate."""

import random
from typing import Any

from portal.common.formats.canonical import digest_of
from portal.results.bundle import build_auditor
from portal.review.scoring import tally
from tests.factories.result_rules import ruleset_document, text

SECRET = "5e" * 32
ENTRIES = {"A": ("가람", "Garam"), "B": ("누리", "Nuri"), "C": ("다솜", "Dasom")}


def sheet_documents(seed: int = 7) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    ranges = {
        "expert": (5, {"strategy": (8, 20), "results": (6, 15)}),
        "user": (4, dict.fromkeys(("quality", "usefulness"), (1, 5))),
    }
    return [
        {
            "part": part,
            "entry": entry,
            "reviewer": f"{part[0]}{number:02d}",
            "scores": {key: str(chance.randint(*span)) for key, span in spans.items()},
            "opinion": f"종합의견 {entry} {part} {number}",
            "ticks": [],
        }
        for part, (people, spans) in ranges.items()
        for entry in ENTRIES
        for number in range(1, people + 1)
    ]


def tally_input(ruleset: dict[str, Any], sheets: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema": "tally-input/1",
        "ruleset": ruleset,
        "ruleset_digest": digest_of(ruleset),
        "entries": [{"code": code, "name": names[0]} for code, names in ENTRIES.items()],
        "sheets": [
            {"sheet": digest_of(sheet), **{key: sheet[key] for key in ("part", "entry", "reviewer", "scores")}}
            for sheet in sheets
        ],
        "measurements": [row for code in ENTRIES for row in measurements(code)],
        "gates": [
            {
                "gate": "originality",
                "entry": code,
                "verdict": "fail" if code == "B" else "pass",
                "decision": code.lower() * 64,
            }
            for code in ENTRIES
        ],
    }


def measurements(code: str) -> list[dict[str, Any]]:
    value = {"A": "0.31", "B": "0.42", "C": "0.27"}[code]
    run = {"run": f"00000000-0000-4000-8000-00000000000{ord(code) - 64}", "bundle": code.lower() * 64}
    outside = {"body": "Index Body", "document": "f" * 64}
    return [
        {
            "entry": code,
            "part": "korean",
            "item": "spelling",
            "value": value,
            "target": "0.40",
            "stderr": "0.02",
            "source": run,
        },
        {
            "entry": code,
            "part": "korean",
            "item": "honorific",
            "value": "0.5",
            "target": "0.75",
            "stderr": None,
            "source": run,
        },
        {"entry": code, "part": "index", "item": "overall", "value": f"{30 + ord(code) % 7}.5", "source": outside},
    ]


def sources(*, scope: str = "full", ruleset: dict[str, Any] | None = None, seed: int = 7) -> dict[str, Any]:
    document = ruleset or ruleset_document()
    sheets = sheet_documents(seed)
    given = tally_input(document, sheets)
    result = tally(given)
    return {
        "release": head(scope=scope),
        "ruleset": {"name": document["name"], "version": 1, "digest": digest_of(document), "document": document},
        "panels": [panel("expert", 5), panel("user", 4)],
        "sheets": [{"digest": digest_of(sheet), "state": "sealed", "document": sheet} for sheet in sheets],
        "entries": [entry(code) for code in ENTRIES],
        "rulings": [ruling(code) for code in ENTRIES],
        "minutes": [{"panel": "심의위원회", "subject": "의결", "text": "비공개 회의록", "digest": "3" * 64}],
        "decisions": [decision(number, code) for number, code in enumerate(ENTRIES, start=1)],
        "calls": [],
        "tally": {
            "version": 1,
            "input": given,
            "input_digest": digest_of(given),
            "output": result.document,
            "digest": result.digest,
        },
    }


def head(*, scope: str) -> dict[str, Any]:
    return {
        "programme": {"slug": "demo", "name": text("시연 사업", "Demonstration programme")},
        "phase": {"slug": "phase-1", "number": 1, "name": text("1차 단계평가", "Phase 1")},
        "version": 1,
        "scope": scope,
        "stage": "notified",
        "corrects": None,
        "reason": "",
        "prepared_at": "2026-01-15T06:00:00+00:00",
        "code": {"scoring": "c" * 64},
    }


def panel(kind: str, seats: int) -> dict[str, Any]:
    rows = [
        {
            "reviewer": f"{kind[0]}{number:02d}",
            "kind": "regular",
            "person": f"평가위원 {kind} {number}",
            "declaration": "clear",
            "ground": "",
            "ruling": "",
        }
        for number in range(1, seats + 1)
    ]
    return {"kind": kind, "part": kind, "name": f"{kind} panel", "seats": rows}


def entry(code: str) -> dict[str, Any]:
    ko, en = ENTRIES[code]
    disqualified = code == "B"
    procedure = {
        "gate": "originality",
        "state": "upheld",
        "grounds": "비공개 사유",
        "evidence": [],
        "reply": "소명합니다.",
        "notified_at": "2026-01-10T00:00:00+00:00",
        "reply_due": "2026-01-13T00:00:00+00:00",
        "replied_at": "2026-01-12T00:00:00+00:00",
    }
    return {
        "code": code,
        "name": text(ko, en),
        "state": "disqualified" if disqualified else "advanced",
        "institutions": [{"name": text(f"{ko}연구소", f"{en} Institute"), "role": "lead"}],
        "evidence": evidence(code),
        "questions": [],
        "disqualifications": [procedure] if disqualified else [],
    }


def evidence(code: str) -> dict[str, Any]:
    level = 3 if code == "B" else 0
    return {
        "receipt": {
            "number": f"R-2026-000{ord(code) - 64}",
            "digest": "9" * 64,
            "issued_at": "2026-01-05T00:00:00+00:00",
        },
        "benchmarks": [
            {
                "run": f"00000000-0000-4000-8000-00000000000{ord(code) - 64}",
                "suite": "korean/1",
                "suite_digest": "5" * 64,
                "bundle": code.lower() * 64,
                "results": [
                    {
                        "task": "spelling",
                        "metric": "acc",
                        "value": "0.31",
                        "stderr": "0.02",
                        "n": 100,
                        "higher_is_better": True,
                    }
                ],
            }
        ],
        "originality": [
            {
                "run": f"10000000-0000-4000-8000-00000000000{ord(code) - 64}",
                "plan_digest": "6" * 64,
                "report": "8" * 64,
                "reference": "SmolLM2-135M",
                "revision": "0.1.2",
                "level": level,
                "alignment": "T2",
                "z": "51.2" if level else "0.4",
                "r2": "0.98" if level else "0.00",
                "coverage": "0.99",
                "share": "0.99" if level else "0.0",
                "scores": [
                    {
                        "name": "norm_gain_cosine",
                        "value": "0.971",
                        "null_mean": "0.966",
                        "null_sd": "0.004",
                        "null_source": "the same gains in random channel order",
                        "unrelated_mean": "0.962",
                        "unrelated_pairs": 12,
                        "percentile": "58.3",
                    }
                ],
            }
        ],
    }


def ruling(code: str) -> dict[str, Any]:
    return {
        "entry": code,
        "gate": "originality",
        "number": 1,
        "verdict": "fail" if code == "B" else "pass",
        "reason": "비공개 이유",
        "ruled_at": "2026-01-14T00:00:00+00:00",
        "digest": code.lower() * 64,
    }


def decision(number: int, code: str) -> dict[str, Any]:
    disqualified = code == "B"
    return {
        "number": number,
        "entry": code,
        "seats": 0,
        "outcome": "disqualify" if disqualified else "advance",
        "basis": "gate" if disqualified else "rank",
        "state": "notified",
        "tally": None,
        "minutes": "3" * 64,
        "public_rationale": f"{code} 공개 사유",
        "private_rationale": f"{code} 비공개 사유",
        "supersedes": None,
        "approved_at": "2026-01-14T00:00:00+00:00",
        "notified_at": "2026-01-15T00:00:00+00:00",
    }


def auditor_bundle(**changes: Any) -> dict[str, Any]:
    return build_auditor(sources(**changes), secret=SECRET)
