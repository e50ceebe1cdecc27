"""Rule sets in words, for people who decide by them. The document and its digest stay what counts."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from portal.programmes.ruleset import Item, Part, RuleSet, Vote

SHEET = {"sum": _lazy("The criteria of a sheet are added up."), "mean": _lazy("The criteria of a sheet are averaged.")}
MEASURED = {
    "as_scored": _lazy("The score counts in points as it is."),
    "own_over_target": _lazy("Points = own score ÷ target score × points of the item, at most %(cap)s × its points."),
    "scale_to_best": _lazy("The best entry gets all points of the item; the others in proportion to it."),
    "over_scale": _lazy("Points = score × points of the item ÷ %(scale)s."),
}
REVIEWED = {
    "as_scored": _lazy("The result is the points of the part."),
    "scale_to_best": _lazy("The best entry gets all %(points)s points; the others in proportion to it."),
    "over_scale": _lazy("Points = result × %(points)s ÷ %(scale)s."),
}
STAGES = {
    "item": _lazy("Every item and every part is rounded half-up to %(places)s decimal places before it is added."),
    "part": _lazy("Every part is rounded half-up to %(places)s decimal places before it is added."),
    "total": _lazy("Only the total is rounded, half-up to %(places)s decimal places."),
}
QUORUMS = {
    "majority_of_seated": _lazy("The panel can vote when more than half of its seats are present."),
    "two_thirds_of_seated": _lazy("The panel can vote when two thirds of its seats are present."),
}
APPROVALS = {
    "majority_of_seated": _lazy("A motion needs more than half of all seats."),
    "majority_of_present": _lazy("A motion needs more than half of those present."),
}
SOURCES = {
    "suite": _lazy("central run"),
    "team_report": _lazy("reported by the team, reproduced at random"),
    "outside_body": _lazy("measured by an outside body"),
}
SUBJECTS = {
    "rules": _lazy("Rules and formulas"),
    "winners": _lazy("Who advances"),
    "ranks": _lazy("Ranks"),
    "totals": _lazy("Totals"),
    "part_points": _lazy("Points by part"),
    "item_points": _lazy("Points by item"),
    "averages": _lazy("Averages"),
    "best_points": _lazy("Best points"),
    "opinions": _lazy("Anonymised opinions"),
    "gate_rulings": _lazy("Rulings on gates"),
    "panel_roster": _lazy("Members of the panel"),
    "weight_sensitivity": _lazy("Sensitivity to weights"),
}
AUDIENCES = {
    "own_consortium": _lazy("Own consortium"),
    "other_consortia": _lazy("Other consortia"),
    "auditor": _lazy("Auditor"),
    "public": _lazy("Public"),
}
COMPONENT_RULES = {"allowed": _lazy("allowed"), "declare": _lazy("to be declared"), "forbidden": _lazy("forbidden")}
PHASE_EVENTS: dict[str, str | Promise] = {
    "freeze_rules": _lazy("Freeze the rules"),
    "open_receiving": _lazy("Open receiving"),
    "close_receiving": _lazy("Close receiving"),
    "reopen_receiving": _lazy("Open receiving again"),
    "start_scoring": _lazy("Start scoring"),
}
CALL_EVENTS: dict[str, str | Promise] = {
    "open": _lazy("Open the call"),
    "close": _lazy("Close the call"),
    "judge": _lazy("Record the judgement"),
    "fill": _lazy("Record the selection"),
    "leave_vacant": _lazy("Leave the seat vacant"),
    "lapse": _lazy("Close without applicants"),
}


def formula_sentences(part: Part) -> list[str]:
    """How the points of a part come about, in order."""
    formula = part.formula
    facts = {"points": plain(part.points), "scale": plain(formula.scale), "cap": plain(formula.cap)}
    if part.kind == "measured":
        return [str(MEASURED[formula.points]) % facts, *([_("The items are added up.")] if len(part.items) > 1 else [])]
    return [str(SHEET[formula.sheet]), _over_reviewers(part), str(REVIEWED[formula.points]) % facts]


def _over_reviewers(part: Part) -> str:
    formula = part.formula
    if formula.reviewers == "trimmed_mean":
        dropped = {"highest": formula.drop_highest, "lowest": formula.drop_lowest}
        return (
            _(
                "Of each entry's sheets the %(highest)s highest and the %(lowest)s lowest are dropped; the rest is averaged."
            )
            % dropped
        )
    return (
        _("The sheets of an entry are averaged.")
        if formula.reviewers == "mean"
        else _("The sheets of an entry are added up.")
    )


def panel_sentence(part: Part) -> str:
    if part.panel is None:
        return ""
    seats = ngettext("%(count)s seat", "%(count)s seats", part.panel.seats) % {"count": part.panel.seats}
    return _("%(seats)s, quorum %(quorum)s; an entry needs at least %(sheets)s signed sheets.") % {
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
    titles = {row.key: row.title for row in (*rules.groups, *rules.parts)}
    return [titles[key].in_language(language) for key in rules.tie_break]


def plain(number: object) -> str:
    """A decimal without trailing zeros; nothing for None."""
    if number is None:
        return ""
    text = format(number, "f") if hasattr(number, "as_tuple") else str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text
