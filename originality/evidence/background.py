"""What stands beside the tests: tokenizers and tells of a disguise, each figure with what chance or strangers give."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from originality.evidence.kinds import kind_name
from originality.evidence.text import Row, number, percent, plus_minus, power_of_ten
from originality.wording import said


class TokenizerLine(NamedTuple):
    name: str
    value: str
    null: str


class Tokenizer(NamedTuple):
    """Without two tokenizers there are no lines and `reason` says which is missing."""

    lines: list[TokenizerLine]
    reason: str


class CrossCheck(NamedTuple):
    """A statistic as others published it, over so many units: here it leads to no level."""

    name: str
    value: str
    null: str
    p: str
    n: int


class CommonSeed(NamedTuple):
    """Both models against the candidate's declared step 0: a common seed alone makes signs agree."""

    reading: str
    condition: str
    candidate_z: str
    reference_z: str
    needed: str


class Tell(NamedTuple):
    """A trace that a disguise leaves; found or not, it leads to no level."""

    name: str
    found: bool
    value: str
    null: str


def tokenizer(report: Row) -> Tokenizer | None:
    row = report.get("metadata", {}).get("tokenizer")
    if not row:
        return None
    if not row.get("compared"):
        return Tokenizer([], said(row.get("reason", "")))
    rate, chance = percent(row["same_id_rate"], digits=2), percent(row["same_id_rate_by_chance"], digits=4)
    chance = _joined(chance, _among(row.get("same_id_rate_among")))
    expected = _("expected between strangers that share a language or a library")
    expected = _joined(expected, _among(row.get("jaccard_among")))
    shared = _("%(count)s strings, Jaccard %(jaccard)s") % {
        "count": row["shared_strings"],
        "jaccard": f"{row['jaccard']:.3f}",
    }
    prefix = _("%(prefix)s of %(examined)s merges") % {
        "prefix": row["common_merge_prefix"],
        "examined": row["merges_examined"],
    }
    return Tokenizer(
        [
            TokenizerLine(_("Shared strings"), shared, expected),
            TokenizerLine(_("Shared strings with the same number"), rate, chance),
            TokenizerLine(_("Equal merges from the first on"), prefix, _("about 0 for tokenizers trained apart")),
        ],
        "",
    )


def common_seed(report: Row) -> CommonSeed | None:
    row = report.get("common_seed")
    if not row:
        return None
    return CommonSeed(
        reading=said(row["reading"]),
        condition=said(row.get("condition") or ""),
        candidate_z=number(row.get("z_candidate_step0"), digits=2),
        reference_z=number(row.get("z_reference_step0"), digits=2),
        needed=f"{row['needed']:g}",
    )


def cross_checks(report: Row) -> list[CrossCheck]:
    """Return those with a null; others are not shown."""
    rows = [row for row in report.get("crosschecks") or [] if row.get("null_mean") is not None]
    return [
        CrossCheck(
            name=said(row["name"]),
            value=f"{row['mean']:.4f}",
            null=plus_minus(row["null_mean"], row["null_sd"]),
            p=power_of_ten(row.get("log10_p")),
            n=row["n"],
        )
        for row in rows
    ]


def _among(row: Row | None) -> str:
    """Say what unrelated pairs of the registry give, where any are known."""
    if not row or not row.get("registry_pairs"):
        return ""
    null = plus_minus(row["registry_mean"], row["registry_sd"])
    return _("unrelated pairs %(null)s, N=%(pairs)s") % {"null": null, "pairs": row["registry_pairs"]}


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def tells(report: Row) -> list[Tell]:
    return [_tell(row) for row in report.get("disguise") or []]


def _tell(row: Row) -> Tell:
    value = row.get("value")
    return Tell(
        name=kind_name(row["name"]),
        found=bool(row["found"]),
        value="" if value is None else f"{value:.4g}",
        null=plus_minus(row.get("null_mean"), row.get("null_sd")) or said(str(row.get("null") or "")),
    )
