"""The only writes of custody."""

from portal.custody.actions.calls import lapse_calls, receive_called, record_finding, reply_to_call
from portal.custody.actions.deposits import Promise, deposit_checkpoint
from portal.custody.actions.destroying import (
    approve_destruction,
    carry_out_destructions,
    drop_destruction,
    propose_destruction,
)
from portal.custody.actions.draws import close_pool, commit_draw, make_draw, void_draw
from portal.custody.actions.retention import destroyable_roles, lift_hold, place_hold, set_retention

__all__ = (
    "Promise",
    "approve_destruction",
    "carry_out_destructions",
    "close_pool",
    "commit_draw",
    "deposit_checkpoint",
    "destroyable_roles",
    "drop_destruction",
    "lapse_calls",
    "lift_hold",
    "make_draw",
    "place_hold",
    "propose_destruction",
    "receive_called",
    "record_finding",
    "reply_to_call",
    "set_retention",
    "void_draw",
)
