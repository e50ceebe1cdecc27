"""The room of each consortium, and the hand-ins that wait for bytes, for the programme's staff."""

from datetime import datetime
from typing import NamedTuple

from portal.artifacts.conf import store_settings
from portal.artifacts.models import StorageAccount
from portal.artifacts.selectors import used_bytes
from portal.consortia.models import Consortium
from portal.submissions.enums import State
from portal.submissions.models import Submission
from portal.submissions.selectors.deadline import bytes_due_of


class AccountRoom(NamedTuple):
    """Bytes; `own` says that the limit is the account's own and not the setting's."""

    consortium: Consortium
    used: int
    limit: int
    own: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be declared."""
        return self.used >= self.limit


class Waiting(NamedTuple):
    submission: Submission
    due: datetime | None


def rooms() -> list[AccountRoom]:
    """Return what each consortium has stored and reserved, and how much it may."""
    accounts = StorageAccount.objects.exclude(limit=None)
    limits = {row.owner: row.limit for row in accounts if row.limit is not None}
    default = store_settings().quota_bytes
    return [
        AccountRoom(row, used_bytes(row.account_key), limits.get(row.account_key, default), row.account_key in limits)
        for row in Consortium.objects.all()
    ]


def waiting_for_bytes() -> list[Waiting]:
    """Return the versions that count only when their bytes have come, the most urgent first."""
    rows = Submission.objects.filter(state=State.AWAITING)
    rows = rows.select_related("entry__phase__programme", "entry__consortium", "entry__ruleset")
    found = [Waiting(row, bytes_due_of(row.entry)) for row in rows]
    return sorted(found, key=lambda row: (row.due is None, row.due or row.submission.opened_at))
