"""Every write on programmes, phases, rule sets and calls. Each locks its row, asks the table, writes, and records."""

from portal.programmes.actions.calls import draft_call, move_call, open_call
from portal.programmes.actions.drafts import save_draft
from portal.programmes.actions.loading import load_programme
from portal.programmes.actions.phases import BEFORE_CLOSING, DEADLINE_MOVES, change_deadline, move_phase
from portal.programmes.actions.plans import create_phase, create_programme, edit_phase, edit_programme
from portal.programmes.actions.rulesets import (
    draft_version,
    freeze_rules,
    propose_rules,
    replace_frozen_rules,
    show_version,
)

__all__ = [
    "BEFORE_CLOSING",
    "DEADLINE_MOVES",
    "change_deadline",
    "create_phase",
    "create_programme",
    "draft_call",
    "draft_version",
    "edit_phase",
    "edit_programme",
    "freeze_rules",
    "load_programme",
    "move_call",
    "move_phase",
    "open_call",
    "propose_rules",
    "replace_frozen_rules",
    "save_draft",
    "show_version",
]
