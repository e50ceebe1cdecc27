"""Words and tones of the result pages, in the language of the page."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from portal.results.enums import NumberClass, State
from portal.review.enums import Basis, GateVerdict, Outcome
from portal.review.labels import LABELS

OUTCOME_TONES = {
    Outcome.ADVANCE: "success",
    Outcome.SELECT: "success",
    Outcome.CUT: "neutral",
    Outcome.DISQUALIFY: "danger",
    Outcome.VACATE_SEAT: "warning",
    Outcome.SELECT_NONE: "neutral",
    Outcome.RE_EVALUATE: "warning",
    Outcome.ANNUL: "danger",
    Outcome.STAY: "warning",
}
PUBLIC_OUTCOMES: dict[str, str | Promise] = {
    **LABELS[Outcome],
    Outcome.ADVANCE: _p("result", "Advances"),
    Outcome.CUT: _p("result", "Does not advance"),
    Outcome.DISQUALIFY: _p("result", "Disqualified"),
    Outcome.VACATE_SEAT: _p("result", "A seat stays vacant"),
    Outcome.SELECT: _p("result", "Selected"),
    Outcome.SELECT_NONE: _p("result", "Nobody selected"),
    Outcome.ANNUL: _p("result", "Selection annulled"),
    Outcome.STAY: _p("result", "Decision stayed"),
    Outcome.LIFT_STAY: _p("result", "Stay lifted"),
}
STATES: dict[str, tuple[str | Promise, str]] = {
    State.PREPARED: (_p("release", "Prepared"), "neutral"),
    State.COMMITTED: (_p("release", "Digest public"), "info"),
    State.PROVISIONAL: (_p("release", "Provisional"), "warning"),
    State.CONFIRMED: (_p("release", "Confirmed"), "success"),
    State.CORRECTED: (_p("release", "Corrected"), "danger"),
}
CLASSES: dict[str, tuple[str | Promise, str | Promise]] = {
    NumberClass.ANYONE: (_("anyone"), _("Anyone can recompute this figure from the published files.")),
    NumberClass.AUDITOR: (_("auditor"), _("The auditor can recompute this figure from evidence that is not public.")),
    NumberClass.OUTSIDE: (
        _("outside body"),
        _("An outside body measured this figure; its document is cited by digest."),
    ),
}
REASONS: dict[str, str | Promise] = {
    "score_missing": _("a score is missing"),
    "too_few_sheets": _("fewer signed sheets than the rules ask for"),
    "uneven_sheets": _("another number of sheets than the others have"),
    "value_missing": _("a measurement is missing"),
    "value_out_of_range": _("a measurement is outside of its scale"),
    "target_missing": _("the target value is missing"),
    "best_is_zero": _("there is no value above 0 to scale to"),
}
SCORE_NAMES: dict[str, str | Promise] = {
    "norm_gain_cosine": _("Cosine of the norm gains"),
    "norm_gain_pearson": _("Correlation of the norm gains"),
    "layer_sd_profile_correlation": _("Correlation of the layers' spread"),
    "variance_explained": _("Variance explained"),
    "equal_element_fraction": _("Equal elements"),
}


class Tag(NamedTuple):
    """A word with its tone, for `{% badge tag.text tag.tone %}`."""

    text: str | Promise
    tone: str


FINDINGS: dict[str, Tag] = {
    "no trace": Tag(_("No trace above the detection limit"), "neutral"),
    "anomaly": Tag(_("Anomaly to be explained"), "info"),
    "common origin": Tag(_("Common origin"), "danger"),
    "identical": Tag(_("Identical beyond chance"), "danger"),
    "own lineage": Tag(_("own lineage"), "neutral"),
    "not comparable": Tag(_("Could not be compared"), "neutral"),
}
BY_LEVEL = ("no trace", "anomaly", "common origin", "identical")


def here(names: Mapping[str, str]) -> str:
    return names["en"] if (get_language() or "ko").startswith("en") else names["ko"]


def state_tag(state: str) -> Tag:
    return Tag(*STATES[state])


def outcome_tag(outcome: str) -> Tag:
    return Tag(PUBLIC_OUTCOMES[outcome], OUTCOME_TONES.get(Outcome(outcome), "neutral"))


def basis_text(basis: str) -> str | Promise:
    return LABELS[Basis][basis]


def verdict_tag(verdict: str) -> Tag:
    if verdict not in LABELS[GateVerdict]:
        return Tag(_p("gate", "Not ruled"), "neutral")
    return Tag(LABELS[GateVerdict][verdict], "success" if verdict == GateVerdict.PASS else "danger")
