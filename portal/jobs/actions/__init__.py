from portal.jobs.actions.leases import Lease, claim, equip, fail, hand_back, heartbeat, start, succeed
from portal.jobs.actions.quotas import set_quota
from portal.jobs.actions.reconciling import Report, reconcile
from portal.jobs.actions.requests import cancel, enqueue, go_on_without, report_in, retry

__all__ = [
    "Lease",
    "Report",
    "cancel",
    "claim",
    "enqueue",
    "equip",
    "fail",
    "go_on_without",
    "hand_back",
    "heartbeat",
    "reconcile",
    "report_in",
    "retry",
    "set_quota",
    "start",
    "succeed",
]
