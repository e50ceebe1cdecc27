"""The auditor's bundle: everything a release rests on, checked against its own digests before it is sealed."""

from typing import Any

from portal.common.formats.canonical import digest_of

SCHEMA = "release-auditor/1"
SECTIONS = ("release", "ruleset", "panels", "sheets", "entries", "rulings", "minutes", "decisions", "calls", "tally")


class BundleError(ValueError):
    """A bundle that does not hold together; `path` says where."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


def build_auditor(sources: dict[str, Any], *, secret: str) -> dict[str, Any]:
    """Seal the sources with the secret that salts and labels come from. BundleError names what does not fit."""
    for section in SECTIONS:
        if section not in sources:
            raise BundleError(section, "is missing from the sources of the release")
    bundle = {"schema": SCHEMA, "secret": secret, **{section: sources[section] for section in SECTIONS}}
    check_auditor(bundle)
    return bundle


def check_auditor(bundle: dict[str, Any]) -> None:
    """Every document must give the digest it is filed under."""
    if bundle.get("schema") != SCHEMA:
        raise BundleError("schema", f"is {bundle.get('schema')!r} instead of {SCHEMA!r}")
    _fits("ruleset.digest", bundle["ruleset"]["document"], bundle["ruleset"]["digest"])
    for index, sheet in enumerate(bundle["sheets"]):
        _fits(f"sheets[{index}].digest", sheet["document"], sheet["digest"])
    tally = bundle["tally"]
    _fits("tally.input_digest", tally["input"], tally["input_digest"])
    _fits("tally.digest", tally["output"], tally["digest"])
    if tally["input"]["ruleset_digest"] != bundle["ruleset"]["digest"]:
        raise BundleError("tally.input.ruleset_digest", "is not the rule set of this release")
    _every_counted_sheet_is_there(bundle)


def _every_counted_sheet_is_there(bundle: dict[str, Any]) -> None:
    signed = {sheet["digest"] for sheet in bundle["sheets"]}
    for index, row in enumerate(bundle["tally"]["input"]["sheets"]):
        if row["sheet"] not in signed:
            raise BundleError(f"tally.input.sheets[{index}]", f"no signed sheet has the digest {row['sheet']}")


def _fits(path: str, document: Any, digest: str) -> None:
    actual = digest_of(document)
    if actual != digest:
        raise BundleError(path, f"is {digest}, but the document gives {actual}: it was changed after it was recorded")
