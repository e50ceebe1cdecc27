"""Rule sets in words, for people who decide by them. The document and its digest stay what counts."""

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.programmes.ruleset import Item, Part, RuleSet, Vote

SHEET = {"sum": _("The criteria of a sheet are added up."), "mean": _("The criteria of a sheet are averaged.")}
MEASURED = {
    "as_scored": _("The score counts in points as it is."),
    "own_over_target": _("Points = own score ÷ target score × points of the item, at most %(cap)s × its points."),
    "own_over_target_full": _("Points = own score ÷ target score × points of the item, at most its points."),
    "scale_to_best": _("The best entry gets all points of the item; the others in proportion to it."),
    "over_scale": _("Points = score × points of the item ÷ %(scale)s."),
    "over_one": _("Points = score from 0 to 1 × points of the item."),
}
REVIEWED = {
    "as_scored": _("The result is the points of the part."),
    "scale_to_best": _("The best entry gets all %(points)s points; the others in proportion to it."),
    "over_scale": _("Points = result × %(points)s ÷ %(scale)s."),
}
STAGES = {
    "item": _("Every item and every part is rounded half-up to %(places)s decimal places before it is added."),
    "part": _("Every part is rounded half-up to %(places)s decimal places before it is added."),
    "total": _("Only the total is rounded, half-up to %(places)s decimal places."),
}
QUORUMS = {
    "majority_of_seated": _("The panel can vote when more than half of its seats are present."),
    "two_thirds_of_seated": _("The panel can vote when two thirds of its seats are present."),
}
APPROVALS = {
    "majority_of_seated": _("A motion needs more than half of all seats."),
    "majority_of_present": _("A motion needs more than half of those present."),
}
SOURCES = {
    "suite": _("central run"),
    "team_report": _("reported by the team, reproduced at random"),
    "outside_body": _("measured by an outside body"),
}
SUBJECTS = {
    "rules": _("Rules and formulas"),
    "winners": _("Who advances"),
    "ranks": _("Ranks"),
    "totals": _("Totals"),
    "part_points": _("Points by part"),
    "item_points": _("Points by item"),
    "averages": _("Averages"),
    "best_points": _("Best points"),
    "opinions": _("Anonymised opinions"),
    "gate_rulings": _("Rulings on gates"),
    "panel_roster": _("Members of the panel"),
    "weight_sensitivity": _("Sensitivity to weights"),
}
AUDIENCES = {
    "own_consortium": _("Own consortium"),
    "other_consortia": _("Other consortia"),
    "auditor": _("Auditor"),
    "public": _("Public"),
}
COMPONENT_RULES = {"allowed": _("allowed"), "declare": _("to be declared"), "forbidden": _("forbidden")}
PHASE_EVENTS: dict[str, str | Promise] = {
    "freeze_rules": _("Freeze the rules"),
    "open_receiving": _("Open receiving"),
    "close_receiving": _("Close receiving"),
    "reopen_receiving": _("Open receiving again"),
    "start_scoring": _("Start scoring"),
}


def formula_sentences(part: Part) -> list[str]:
    """How the points of a part come about, in order."""
    formula = part.formula
    facts = {"points": plain(part.points), "scale": plain(formula.scale), "cap": plain(formula.cap)}
    if part.kind == "measured":
        return [
            str(MEASURED[_measured_rule(part)]) % facts,
            *([gettext("The items are added up.")] if len(part.items) > 1 else []),
            *_proposed(part),
        ]
    return [str(SHEET[formula.sheet]), _over_reviewers(part), str(REVIEWED[formula.points]) % facts]


def _proposed(part: Part) -> list[str]:
    if part.proposed_by is None:
        return []
    sentence = ngettext(
        "A benchmark is taken if %(count)s team proposed it.",
        "A benchmark is taken if at least %(count)s teams proposed it.",
        part.proposed_by,
    )
    return [sentence % {"count": part.proposed_by}]


def _measured_rule(part: Part) -> str:
    """A scale or cap of 1 goes without saying."""
    formula = part.formula
    if formula.scale == 1:
        return "over_one"
    return "own_over_target_full" if formula.cap == 1 else formula.points


def _over_reviewers(part: Part) -> str:
    formula = part.formula
    if formula.reviewers == "trimmed_mean":
        dropped = {"highest": formula.drop_highest, "lowest": formula.drop_lowest}
        return (
            gettext(
                "Of each entry's sheets the %(highest)s highest and the %(lowest)s lowest are dropped; the rest is averaged."
            )
            % dropped
        )
    return (
        gettext("The sheets of an entry are averaged.")
        if formula.reviewers == "mean"
        else gettext("The sheets of an entry are added up.")
    )


def panel_sentence(part: Part) -> str:
    if part.panel is None:
        return ""
    seats = ngettext("%(count)s seat", "%(count)s seats", part.panel.seats) % {"count": part.panel.seats}
    return gettext("%(seats)s, quorum %(quorum)s; an entry needs at least %(sheets)s signed sheets.") % {
        "seats": seats, "quorum": part.panel.quorum, "sheets": part.minimum_sheets,
    }  # fmt: skip


def source_words(item: Item) -> str:
    source = item.source
    named = {"suite": f"{source.suite} · {source.task} · {source.metric}", "outside_body": source.body}.get(source.kind)
    return f"{SOURCES[source.kind]} ({named})" if named else str(SOURCES[source.kind])


def rounding_words(rules: RuleSet) -> str:
    return str(STAGES[rules.rounding.stage]) % {"places": rules.rounding.places}


def vote_words(vote: Vote) -> list[str]:
    return [str(QUORUMS[vote.quorum]), str(APPROVALS[vote.approval])]


def tie_break_titles(rules: RuleSet, language: str) -> list[str]:
    return [rules.titles[key].in_language(language) for key in rules.tie_break]


def plain(number: object) -> str:
    """A decimal without trailing zeros; nothing for None."""
    if number is None:
        return ""
    text = format(number, "f") if hasattr(number, "as_tuple") else str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text
