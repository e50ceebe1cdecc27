"""`python -m portal.review.scoring BUNDLE.json`: the table of the tally and its digest, anywhere, without Django."""

import argparse
import json
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from portal.review.scoring import Tally, TallyError, tally


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="portal.review.scoring", description="Recompute a tally from its input bundle."
    )
    parser.add_argument("bundle", type=Path, help='a JSON file with the schema "tally-input/1"')
    parser.add_argument("--json", action="store_true", help="print the whole tally document instead of the table")
    options = parser.parse_args(arguments)
    try:
        result = tally(json.loads(options.bundle.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, TallyError) as error:
        print(f"{options.bundle}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result.document, ensure_ascii=False, indent=2, sort_keys=True) if options.json else table(result))
    print(f"input digest {result.document['input_digest']}", file=sys.stderr if options.json else sys.stdout)
    print(f"tally digest {result.digest}", file=sys.stderr if options.json else sys.stdout)
    return 0


def table(result: Tally) -> str:
    document = result.document
    keys = [row["group"] for row in document["entries"][0]["groups"]]
    keys += [row["part"] for row in document["entries"][0]["parts"]]
    rows = [["entry", "name", *keys, "total", "rank", "eligible rank", "gates"]]
    rows += [_entry_cells(entry, keys) for entry in document["entries"]]
    averages = document["averages"]
    rows.append(
        ["", "average", *(averages["points"].get(key, "-") for key in keys), averages["total"] or "-", "", "", ""]
    )
    lines = _aligned(rows)
    reasons = [(entry["code"], reason) for entry in document["entries"] for reason in entry["reasons"]]
    return "\n".join(lines + [f"{code} unranked: {_told(reason)}" for code, reason in reasons])


def _entry_cells(entry: dict[str, Any], keys: list[str]) -> list[str]:
    points = {row.get("group") or row.get("part"): row["points"] for row in (*entry["groups"], *entry["parts"])}
    gates = ", ".join(f"{key} {gate['verdict']}" for key, gate in entry["gates"].items())
    ranks = (entry["total"], entry["rank_by_score"], entry["rank_among_eligible"])
    return [entry["code"], entry["name"], *(points[key] or "-" for key in keys), *(str(x or "-") for x in ranks), gates]


def _told(reason: dict[str, str]) -> str:
    return " ".join(filter(None, [reason["part"], reason["where"], reason["detail"]]))


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(_width(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """Columns on a terminal: Hangul takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


if __name__ == "__main__":
    sys.exit(main())
