from portal.custody.models.deposits import CalledCheckpoint, CallReply, CheckpointDraw, Deposit
from portal.custody.models.retention import Destruction, DestructionItem, Hold, RetentionRule

__all__ = [
    "CallReply",
    "CalledCheckpoint",
    "CheckpointDraw",
    "Deposit",
    "Destruction",
    "DestructionItem",
    "Hold",
    "RetentionRule",
]
