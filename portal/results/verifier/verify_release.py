#!/usr/bin/env python3
"""Check a published release of evaluation results. Needs Python 3.9 or later and nothing else.

    python3 verify_release.py FOLDER [--root HEX] [--key HEX]

FOLDER holds the files of the data page: public.json, release.json and, where there are, SHA256SUMS and ledger.json.
--root is the digest that was announced before the publication; without it, only the consistency of the files is shown.
--key is the portal's ledger key (as published, or 64 hex digits) from a source you trust; its signature is checked where the Python
package `cryptography` is installed.

This is a second implementation of the arithmetic, on exact fractions, independent of the portal's own.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

HEX = re.compile(r"[0-9a-f]{64}")
CLASSES = ("anyone", "auditor", "outside")
LARGEST = 64 << 20  # bytes
Key = tuple[Fraction, ...]  # the total, then the parts of the tie-break


class Refused(Exception):
    """What does not hold, and where."""


def refuse_unless(holds: object, where: str, message: str) -> None:
    if not holds:
        raise Refused(f"{where}: {message}")


def no_floats(text: str) -> None:
    raise Refused(f"number {text}: a release has no binary fractions")


def read_json(path: Path) -> Any:
    refuse_unless(path.is_file(), path.name, "is missing")
    refuse_unless(path.stat().st_size <= LARGEST, path.name, "is too large to be a release")
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_float=no_floats, parse_constant=no_floats)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path.name}: is not JSON: {error}") from error


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def check_digests(folder: Path, public: Any, release: Any, expected_root: str | None) -> None:
    refuse_unless((folder / "public.json").read_bytes() == canonical(public), "public.json", "is not in canonical form")
    document = release.get("document", {})
    refuse_unless(set(document) == {"schema", "auditor", "public"}, "release.json", "is not a root document")
    refuse_unless(document["schema"] == "release-root/1", "release.json", "has an unknown schema")
    refuse_unless(HEX.fullmatch(str(document["auditor"])), "release.json", "auditor is not a SHA-256")
    refuse_unless(document["public"] == sha256(canonical(public)), "release.json", "names another public bundle")
    refuse_unless(release.get("root") == sha256(canonical(document)), "release.json", "root does not fit its document")
    refuse_unless(set(release) == {"root", "document"}, "release.json", "has unknown fields")
    if expected_root:
        refuse_unless(release["root"] == expected_root, "root", f"is {release['root']}, announced was {expected_root}")


def check_sums(folder: Path) -> int:
    path = folder / "SHA256SUMS"
    if not path.is_file():
        return 0
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        digest, _, name = line.partition("  ")
        refuse_unless(re.fullmatch(r"[A-Za-z0-9._-]+", name), "SHA256SUMS", f"{name!r} is not a plain file name")
        refuse_unless((folder / name).is_file(), name, "is listed in SHA256SUMS and missing")
        refuse_unless(sha256((folder / name).read_bytes()) == digest, name, "does not have the digest of SHA256SUMS")
    return len(lines)


def check_shape(public: Any) -> None:
    refuse_unless(public.get("schema") == "release-public/1", "schema", "is not release-public/1")
    rules = public["ruleset"]
    refuse_unless(sha256(canonical(rules["document"])) == rules["digest"], "ruleset", "does not have its digest")
    rows = public["withheld"]
    refuse_unless(rows == sorted(rows, key=lambda row: (row["kind"], row["commitment"])), "withheld", "is not sorted")
    digests = [row["commitment"] for row in rows]
    refuse_unless(all(HEX.fullmatch(digest) for digest in digests), "withheld", "holds what is no SHA-256")
    refuse_unless(len(set(digests)) == len(digests), "withheld", "holds a commitment twice")
    check_classes(public["entries"], "entries")
    labels = sum(len(part["sheets"]) for entry in public["entries"] for part in entry["parts"])
    sheets = sum(row["kind"] == "sheet" for row in rows)
    refuse_unless(labels <= sheets, "withheld", f"{labels} sheets are shown, {sheets} were committed to")


def check_classes(value: Any, where: str) -> None:
    """Every published number says who can recompute it."""
    if isinstance(value, dict):
        if "value" in value:
            refuse_unless(value.get("class") in CLASSES, where, "a number without a class")
        for key, item in value.items():
            check_classes(item, f"{where}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            check_classes(item, f"{where}[{number}]")


def number(text: Any, where: str) -> Fraction:
    refuse_unless(isinstance(text, (str, int)) and not isinstance(text, bool), where, "is not a decimal")
    refuse_unless(re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,40})?", str(text)), where, f"{text!r} is not a plain decimal")
    return Fraction(str(text))


def half_up(value: Fraction, places: int) -> Fraction:
    scaled = value * 10**places
    return Fraction((abs(scaled) + Fraction(1, 2)) // 1 * (1 if scaled >= 0 else -1), 10**places)


def shown(value: Fraction, places: int) -> str:
    whole = abs(half_up(value, places)) * 10**places
    digits = str(whole.numerator).rjust(places + 1, "0")
    sign = "-" if value < 0 and whole else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction()) / len(values)


def value_of_sheets(part: Any, rules: Any) -> Fraction:
    """One number from the sheets of an entry: within each sheet first, then over the reviewers."""
    formula, values = rules["formula"], []
    keys = [row["key"] for row in rules["criteria"]]
    for sheet in part["sheets"]:
        where = f"{part['part']} sheet {sheet['label']}"
        refuse_unless(sorted(sheet["scores"]) == sorted(keys), where, "does not score exactly the criteria")
        scores = [in_range(sheet["scores"][row["key"]], row, where) for row in rules["criteria"]]
        values.append(mean(scores) if formula["sheet"] == "mean" else sum(scores, Fraction()))
    values.sort()
    refuse_unless(len(values) >= rules["minimum_sheets"], part["part"], "has too few sheets for points")
    values = values[formula.get("drop_lowest", 0) : len(values) - formula.get("drop_highest", 0)]
    return sum(values, Fraction()) if formula["reviewers"] == "sum" else mean(values)


def in_range(text: Any, criterion: Any, where: str) -> Fraction:
    score = number(text, where)
    low, high = number(criterion.get("min", 0), where), number(criterion["max"], where)
    refuse_unless(low <= score <= high, where, f"{criterion['key']} is {score}, outside of {low} to {high}")
    return score


def in_points(formula: Any, value: Fraction, points: Fraction, target: Fraction | None, best: Fraction) -> Fraction:
    if formula["points"] == "over_scale":
        return value * points / number(formula["scale"], "scale")
    if formula["points"] == "own_over_target":
        refuse_unless(target, "target", "is missing or 0")
        return min(value / (target or Fraction(1)), number(formula["cap"], "cap")) * points
    if formula["points"] == "scale_to_best":
        return value * points / best
    return value


class Recount:
    """The whole table again from item scores."""

    def __init__(self, public: Any) -> None:
        self.entries = [entry for entry in public["entries"] if entry["parts"]]
        document = public["ruleset"]["document"]
        self.rules = document
        self.parts = {row["key"]: row for row in document["parts"]}
        self.rounding = document["rounding"]
        self.best: dict[tuple[str, str], Fraction] = {}
        self.values: dict[tuple[str, str], dict[str, Fraction]] = {}
        self.exact: dict[str, dict[str, Fraction]] = {}

    def run(self) -> dict[str, Key | None]:
        for entry in self.entries:
            listed = [part["part"] for part in entry["parts"]]
            refuse_unless(
                listed == list(self.parts), f"entry {entry['code']}", "does not list the parts of the rule set"
            )
            for part in entry["parts"]:
                self.read(entry["code"], part)
        for entry in self.entries:
            self.exact[entry["code"]] = {}
            for part in entry["parts"]:
                self.count(entry["code"], part)
        return {entry["code"]: self.standing(entry) for entry in self.entries}

    def read(self, code: str, part: Any) -> None:
        rules = self.parts[part["part"]]
        if rules["kind"] == "sheets":
            found = {"": value_of_sheets(part, rules)} if part["points"] else {}
        else:
            rows = [row for row in part["items"] if row["value"] is not None]
            found = {row["item"]: number(row["value"], f"{code} {row['item']}") for row in rows}
        self.values[code, part["part"]] = found
        for key, value in found.items():
            place = part["part"], key
            self.best[place] = max(value, self.best.get(place, value))

    def count(self, code: str, part: Any) -> None:
        if part["points"] is None:
            return
        rules, key = self.parts[part["part"]], part["part"]
        where = f"{code} {key}"
        if rules["kind"] == "sheets":
            value = self.values[code, key][""]
            points = in_points(rules["formula"], value, number(rules["points"], where), None, self.best[key, ""])
            self.check_criteria(part, rules, where)
        else:
            points = sum((self.count_item(row, part, rules, where) for row in rules["items"]), Fraction())
        points = self.rounded(points, "part")
        self.exact[code][key] = points
        self.same(part["points"], points, f"{where} points")

    def count_item(self, item: Any, part: Any, rules: Any, where: str) -> Fraction:
        rows = [row for row in part["items"] if row["item"] == item["key"]]
        refuse_unless(len(rows) == 1, where, f"needs one value for {item['key']}")
        row = rows[0]
        target = None if row["target"] is None else number(row["target"], where)
        if "target" in item:
            refuse_unless(target == number(item["target"], where), where, "does not use the target of the rule set")
        value, best = number(row["value"], where), self.best[part["part"], item["key"]]
        points = in_points(rules["formula"], value, number(item["points"], where), target, best)
        points = half_up(points, self.rounding["places"]) if self.rounding["stage"] == "item" else points
        stated = number(row["points"]["value"], where)
        refuse_unless(abs(stated - points) <= Fraction(1, 10**12), f"{where} {item['key']}", f"points are {stated}")
        return points

    def check_criteria(self, part: Any, rules: Any, where: str) -> None:
        keys = [row["key"] for row in rules["criteria"]]
        refuse_unless([row["criterion"] for row in part["criteria"]] == keys, where, "does not list the criteria")
        refuse_unless(
            len({sheet["label"] for sheet in part["sheets"]}) == len(part["sheets"]), where, "repeats a label"
        )
        for row in part["criteria"]:
            scores = [number(sheet["scores"][row["criterion"]], where) for sheet in part["sheets"]]
            expected = shown(mean(scores), self.rounding["average_places"])
            refuse_unless(row["mean"]["value"] == expected, f"{where} {row['criterion']}", f"the mean is {expected}")
            refuse_unless(row["sheets"] == len(scores), f"{where} {row['criterion']}", "counts other sheets")

    def rounded(self, value: Fraction, stage: str) -> Fraction:
        stages = {"item": ("item", "part"), "part": ("part",), "total": ()}[self.rounding["stage"]]
        return half_up(value, self.rounding["places"]) if stage in stages else value

    def same(self, stated: Any, value: Fraction, where: str) -> None:
        expected = shown(value, self.rounding["places"])
        refuse_unless(stated is not None and stated["value"] == expected, where, f"recomputed: {expected}")

    def standing(self, entry: Any) -> Key | None:
        """The key an entry is ranked by, or None."""
        exact, code = self.exact[entry["code"]], entry["code"]
        for group in entry["groups"]:
            members = [key for key, rules in self.parts.items() if rules.get("group", "") == group["group"]]
            if all(key in exact for key in members):
                exact[group["group"]] = sum((exact[key] for key in members), Fraction())
                self.same(group["points"], exact[group["group"]], f"{code} {group['group']}")
        if any(key not in exact for key in self.parts):
            refuse_unless(entry["total"] is None and entry["unranked"], code, "is incomplete and must be unranked")
            return None
        total = half_up(sum((exact[key] for key in self.parts), Fraction()), self.rounding["places"])
        if entry["total"] is not None:
            self.same(entry["total"], total, f"{code} total")
        return (total, *(exact[key] for key in self.rules.get("tie_break", [])))


def check_arithmetic(public: Any) -> int:
    """Recount everything of the class `anyone`; returns how many entries were recounted."""
    shows_items = any(part["sheets"] or part["items"] for entry in public["entries"] for part in entry["parts"])
    if not shows_items:
        return 0
    recount = Recount(public)
    keys = {code: key for code, key in recount.run().items() if key is not None}
    failed = {entry["code"] for entry in public["entries"] for gate in entry["gates"] if gate["verdict"] == "fail"}
    for entry in recount.entries:
        check_rank(entry, keys, failed)
    check_summary(public["summary"], recount, keys)
    return len(recount.entries)


def check_rank(entry: Any, keys: dict[str, Key], failed: set[str]) -> None:
    stated, code = entry["rank"], entry["code"]
    if stated is None or code not in keys:
        refuse_unless(stated is None, code, "has a rank without a total")
        return
    by_score = 1 + sum(key > keys[code] for key in keys.values())
    eligible = {other: key for other, key in keys.items() if other not in failed}
    among = None if code in failed else 1 + sum(key > keys[code] for key in eligible.values())
    refuse_unless(stated["by_score"] == by_score, f"{code} rank", f"recomputed: {by_score}")
    refuse_unless(stated["among_eligible"] == among, f"{code} rank among eligible", f"recomputed: {among}")


def check_summary(summary: Any, recount: Recount, keys: dict[str, Key]) -> None:
    places = recount.rounding
    columns: dict[str, dict[str, Fraction]] = {}
    for code, row in recount.exact.items():
        for key, value in row.items():
            columns.setdefault(key, {})[code] = value
    if keys:
        columns["total"] = {code: key[0] for code, key in keys.items()}
    averages, best = summary["averages"], summary["best"]
    for key, column in columns.items():
        if averages:
            stated = averages["total"] if key == "total" else averages["points"].get(key)
            expected = shown(
                mean(list(column.values())), places["average_total_places" if key == "total" else "average_places"]
            )
            refuse_unless(stated and stated["value"] == expected, f"average {key}", f"recomputed: {expected}")
        if best:
            highest = max(column.values())
            holders = [code for code, value in column.items() if value == highest]
            expected = shown(highest, places["places"])
            stated = best[key]
            refuse_unless(stated["value"] == expected and stated["entries"] == holders, f"best {key}", expected)


def check_ledger(folder: Path, root: str, key: str | None) -> str:
    """The root stands in the portal's append-only log, under a signed checkpoint. Returns what could be shown."""
    path = folder / "ledger.json"
    if not path.is_file():
        return "no ledger proof among the files"
    ledger = read_json(path)
    event = ledger["event"]
    after = event.get("after") or {}
    refuse_unless(
        event["action"] == "release.committed" and after.get("root") == root, "ledger.json", "is about another root"
    )
    body, _, signatures = ledger["checkpoint"].partition("\n\n")
    origin, size, log_root = body.split("\n")[:3]
    leaf = hashlib.sha256(b"\x00" + canonical(event)).digest()
    proof = [bytes.fromhex(node) for node in ledger["proof"]]
    reached = climb(leaf, event["seq"], int(size), proof)
    refuse_unless(reached == base64.b64decode(log_root), "ledger.json", "the event is not under the checkpoint's root")
    public_key = key_bytes(key or ledger["public_key"])
    return f"event {event['seq']} of {size} in {origin}; " + check_signature(origin, body, signatures, public_key)


def key_bytes(text: str) -> bytes:
    """64 hex digits, or the line name+id+base64 in which the portal publishes its key."""
    if HEX.fullmatch(text):
        return bytes.fromhex(text)
    parts = text.split("+", 2)
    refuse_unless(len(parts) == 3, "key", "is neither 64 hex digits nor a line name+id+base64")
    return base64.b64decode(parts[2])[1:]


def climb(node: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """RFC 9162, 2.1.3.2; None where the proof has the wrong length."""
    last = size - 1
    for sibling in proof:
        if last == 0:
            return None
        if index % 2 or index == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def check_signature(origin: str, body: str, signatures: str, public_key: bytes) -> str:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return "signature not checked (install the package cryptography)"
    for line in signatures.splitlines():
        if line.startswith(f"— {origin} "):
            signature = base64.b64decode(line.rpartition(" ")[2])[4:]
            try:
                Ed25519PublicKey.from_public_bytes(public_key).verify(signature, f"{body}\n".encode())
            except InvalidSignature:
                continue
            return "signature holds"
    raise Refused("ledger.json: no signature of the checkpoint by this key")


def verify(folder: Path, root: str | None = None, key: str | None = None) -> list[str]:
    """Lines that say what holds; Refused with the first thing that does not."""
    public, release = read_json(folder / "public.json"), read_json(folder / "release.json")
    try:
        check_digests(folder, public, release, root)
        check_shape(public)
        recounted = check_arithmetic(public)
        ledger = check_ledger(folder, release["root"], key)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError, StopIteration) as error:
        raise Refused(f"the files do not have the form of a release: {error!r}") from error
    files = check_sums(folder)
    announced = "equals the announced one" if root else "not compared with an announced one (--root)"
    return [
        f"root {release['root']}: {announced}",
        f"files: {files} digests hold",
        f"arithmetic: {recounted} entries recounted" if recounted else "arithmetic: no item scores in this release",
        f"withheld: {len(public['withheld'])} commitments",
        f"ledger: {ledger}",
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a published release.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--root", help="the announced digest, 64 hex digits")
    parser.add_argument("--key", help="the portal's ledger key: name+id+base64, or 64 hex digits")
    options = parser.parse_args(arguments)
    try:
        print("\n".join(verify(options.folder, options.root, options.key)))
    except Refused as refusal:
        print(f"REFUSED  {refusal}", file=sys.stderr)
        return 1
    print("ACCEPTED")
    return 0


if __name__ == "__main__":
    sys.exit(main())
