"""The closed words of a rule set. A word that is not here is refused."""

SCHEMA = "ruleset/1"

PART_KINDS = ("sheets", "measured")
SHEET_RULES = ("sum", "mean")
REVIEWER_RULES = ("mean", "trimmed_mean", "sum")
SHEET_POINTS = ("as_scored", "over_scale", "scale_to_best")
MEASURED_POINTS = ("as_scored", "over_scale", "own_over_target", "scale_to_best")

SOURCES = ("suite", "team_report", "outside_body")
PANELS = ("expert", "user", "public")

ROUNDING_MODES = ("half_up",)
ROUNDING_STAGES = ("item", "part", "total")

QUORUMS = ("majority_of_seated", "two_thirds_of_seated")
APPROVALS = ("majority_of_seated", "majority_of_present")

# The states of a phase, in order: from which one on something is open.
STAGES = (
    "drafted", "rules_frozen", "receiving", "closed", "scoring", "sealed", "tallied", "decided", "notified",
    "objection", "final", "archived",
)  # fmt: skip
NEVER = "never"
AUDIENCES = ("own_consortium", "other_consortia", "auditor", "public")
SUBJECTS = (
    "rules", "winners", "ranks", "totals", "part_points", "item_points", "averages", "best_points", "opinions",
    "gate_rulings", "panel_roster", "weight_sensitivity",
)  # fmt: skip

COMPONENT_RULES = ("allowed", "declare", "forbidden")
