"""How a phase and a call move: every permitted step, in the order of a year."""

from portal.common.transitions import Transition

OFFICER = frozenset({"officer"})
DECIDER = frozenset({"decider"})
CLOCK = frozenset({"officer", "system"})

PHASE = (
    Transition("freeze_rules", "drafted", "rules_frozen", OFFICER),
    Transition("replace_rules", "rules_frozen", "rules_frozen", DECIDER, needs_reason=True),  # an adopted amendment
    Transition("replace_rules", "receiving", "receiving", DECIDER, needs_reason=True),
    Transition("open_receiving", "rules_frozen", "receiving", CLOCK),
    Transition("close_receiving", "receiving", "closed", CLOCK),
    Transition("reopen_receiving", "closed", "receiving", OFFICER, needs_reason=True),
    Transition("start_scoring", "closed", "scoring", OFFICER),
    Transition("seal", "scoring", "sealed", OFFICER),
    Transition("record_tally", "sealed", "tallied", CLOCK),
    Transition("renew_tally", "tallied", "tallied", OFFICER, needs_reason=True),  # a late recusal voids a sheet
    Transition("decide", "tallied", "decided", DECIDER),
    # an entry whose verdict was held, or that is evaluated again, is decided later on a tally of its own time
    Transition("renew_tally", "decided", "decided", OFFICER, needs_reason=True),
    Transition("renew_tally", "notified", "notified", OFFICER, needs_reason=True),
    Transition("renew_tally", "objection", "objection", OFFICER, needs_reason=True),
    Transition("renew_tally", "final", "final", OFFICER, needs_reason=True),
    Transition("notify", "decided", "notified", OFFICER),
    Transition("open_objections", "notified", "objection", CLOCK),
    Transition("finalise", "objection", "final", OFFICER | DECIDER),
    Transition("archive", "final", "archived", OFFICER),
)

CALL = (
    Transition("open", "drafted", "open", CLOCK),
    Transition("close", "open", "closed", CLOCK),
    Transition("judge", "closed", "judged", OFFICER),
    Transition("judge_again", "judged", "judged", OFFICER, needs_reason=True),  # equal votes, or no resolution
    Transition("fill", "judged", "filled", DECIDER),
    Transition("leave_vacant", "judged", "left_vacant", DECIDER, needs_reason=True),
    Transition("lapse", "closed", "left_vacant", OFFICER, needs_reason=True),  # nobody applied
)

NAMES = frozenset({"name_ko", "name_en"})
PLAN = NAMES | {
    "number", "slug", "seats", "opens_at", "closes_at", "objection_days", "embargo_until", "is_rehearsal",
}  # fmt: skip
# What of a phase may still be written, by its state; a state that is not here: nothing. The deadline of a phase whose
# rules are frozen moves by a recorded change alone.
EDITABLE: dict[str, frozenset[str]] = {
    "drafted": PLAN,
    "rules_frozen": NAMES | {"opens_at", "embargo_until"},
    **dict.fromkeys(("receiving", "closed", "scoring", "sealed", "tallied", "decided"), NAMES | {"embargo_until"}),
}
SETTLED_LATE = ("rules_frozen", "receiving", "closed")  # seats that were left open may be settled before scoring

MACHINES: dict[str, tuple[Transition, ...]] = {"phase": PHASE, "call": CALL}
