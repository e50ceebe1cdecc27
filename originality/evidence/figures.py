"""Similarity figures: none is shown without what strangers give, its rank among them, and a pair of known descent."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from originality.core.explain import TELLING_P
from originality.evidence.kinds import KIND_NAMES, kind_name
from originality.evidence.text import Row, percent, plus_minus
from originality.wording import said


class Figure(NamedTuple):
    """A similarity that cannot be shown without what strangers give."""

    name: str
    value: str
    null: str
    null_source: str
    registry: str
    control: str
    coverage: str
    notes: list[str]


def figures(report: Row) -> list[Figure]:
    """Return the scores that have a null; one without is in no report, and if it were, on no page."""
    return [_figure(score) for score in report["scores"] if score.get("null_mean") is not None]


def _figure(score: Row) -> Figure:
    return Figure(
        name=kind_name(score["kind"]) if score["kind"] in KIND_NAMES else said(score["name"]),
        value=f"{score['value']:.4f}",
        null=plus_minus(score["null_mean"], score["null_sd"]),
        null_source=said(score["null_source"]),
        registry=_registry(score),
        control=_control(score),
        coverage=percent(score["coverage"], digits=4),
        notes=_notes(score),
    )


def _registry(score: Row) -> str:
    if not score.get("registry_pairs"):
        return _("no unrelated pair of this kind in the registry")
    text = _("%(null)s, N=%(pairs)s, percentile %(percentile)s") % {
        "null": plus_minus(score["registry_mean"], score["registry_sd"]),
        "pairs": score["registry_pairs"],
        "percentile": f"{score['control_percentile']:.0f}",
    }
    smallest = score.get("smallest_p") or 1 / (score["registry_pairs"] + 1)
    return text if smallest <= TELLING_P else f"{text} ({_('so few pairs say little')})"


def _control(score: Row) -> str:
    if score.get("positive_control") is None:
        return _("none at hand")
    return f"{score['positive_control']:.4f} ({score['positive_pair']})"


def _notes(score: Row) -> list[str]:
    """Say what tests on the same numbers give: a similarity that strangers share has an unremarkable p."""
    notes = []
    if score.get("joint_permutation_p") is not None:
        pearson, p = f"{score['pearson']:.3f}", f"{score['joint_permutation_p']:.2g}"
        notes.append(_("Pearson %(pearson)s, joint permutation p = %(p)s") % {"pearson": pearson, "p": p})
    if score.get("permutation_p") is not None:
        notes.append(_("permutation p = %(p)s") % {"p": f"{score['permutation_p']:.2g}"})
    if score.get("conformal_p") is not None:
        p, count = f"{score['conformal_p']:.2g}", score.get("conformal_n") or score.get("registry_pairs", 0)
        notes.append(_("conformal p = %(p)s among %(n)s unrelated pairs; never smaller") % {"p": p, "n": count})
    return notes
