"""How an application, a consent, an invitation and a committee member's declaration move. Calls themselves: programmes."""

from portal.common.transitions import Transition

TEAM = frozenset({"team"})
OFFICER = frozenset({"officer"})
DECIDER = frozenset({"decider"})
REVIEWER = frozenset({"reviewer"})

APPLICATION = (
    Transition("hand_in", "draft", "handed_in", TEAM),
    Transition("hand_in", "handed_in", "handed_in", TEAM),  # a new version takes the place of the one before
    Transition("hand_in", "withdrawn", "handed_in", TEAM),
    Transition("withdraw", "handed_in", "withdrawn", TEAM, needs_reason=True),
    Transition("rule_out", "handed_in", "ineligible", OFFICER, needs_reason=True),
    Transition("readmit", "ineligible", "handed_in", OFFICER, needs_reason=True),
    Transition("select", "handed_in", "selected", DECIDER),
    Transition("pass_over", "handed_in", "not_selected", DECIDER),
)

CONSENT = (
    Transition("give", "asked", "given", TEAM),
    Transition("give", "given", "given", TEAM),  # again, for a text that has changed
    Transition("give", "refused", "given", TEAM),
    Transition("refuse", "asked", "refused", TEAM, needs_reason=True),
    Transition("refuse", "given", "refused", TEAM, needs_reason=True),
)

INVITATION = (
    Transition("apply", "invited", "applied", TEAM),
    Transition("decline", "invited", "declined", TEAM),
    Transition("apply", "declined", "applied", TEAM),
)

INTEREST = (
    Transition("declare_clear", "missing", "clear", REVIEWER),
    Transition("declare_interest", "missing", "declared", REVIEWER),
    Transition("declare_interest", "clear", "declared", REVIEWER),
    Transition("allow", "declared", "allowed", OFFICER, needs_reason=True),
    Transition("recuse", "clear", "recused", OFFICER, needs_reason=True),
    Transition("recuse", "declared", "recused", OFFICER, needs_reason=True),
    Transition("recuse", "allowed", "recused", OFFICER, needs_reason=True),
)

MACHINES: dict[str, tuple[Transition, ...]] = {
    "application": APPLICATION,
    "consent": CONSENT,
    "invitation": INVITATION,
    "interest": INTEREST,
}
