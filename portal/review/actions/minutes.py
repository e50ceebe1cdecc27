"""Minutes of a panel: who was there, whether that was a quorum, how the vote went, who dissented."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.actions import leave_trace
from portal.common.formats.canonical import digest_of
from portal.review.actions.base import require_outsider, require_role, require_text
from portal.review.actions.numbering import number_minutes
from portal.review.enums import AuditAction, DeclarationState, SeatKind
from portal.review.errors import NotPossible
from portal.review.models import Minutes, MinutesAttendance, Panel, PanelSeat
from portal.review.selectors.rules import quorum_for


@dataclass(frozen=True)
class Vote:
    votes_for: int
    votes_against: int
    votes_abstained: int = 0

    @property
    def cast(self) -> int:
        return self.votes_for + self.votes_against + self.votes_abstained


@transaction.atomic
def hold_meeting(
    panel: Panel,
    *,
    subject: str,
    text: str,
    held_at: datetime,
    present: Iterable[PanelSeat],
    vote: Vote,
    recorded_by: User,
    dissent: str = "",
) -> Minutes:
    """Record a meeting. Without a quorum there is none; recused members neither count nor vote."""
    require_role(recorded_by, "officer")
    require_outsider(recorded_by, panel.phase)
    require_text(text, _("Write down what was discussed and decided."))
    attending = sorted(present, key=lambda seat: seat.pk)
    seated = _seated(panel)
    quorum = quorum_for(panel.phase, seated=len(seated))
    _require_sound(attending, seated, quorum=quorum, vote=vote)
    content = {
        "schema": "minutes/1",
        "panel": panel.pk,
        "subject": subject,
        "text": text,
        "held_at": held_at.isoformat(),
        "present": [seat.code for seat in attending],
        "seated": len(seated),
        "quorum": quorum,
        "dissent": dissent,
        **asdict(vote),
    }
    minutes = Minutes.objects.create(
        panel=panel,
        subject=subject,
        text=text,
        held_at=held_at,
        seated=len(seated),
        quorum=quorum,
        dissent=dissent,
        recorded_by=recorded_by,
        digest=digest_of(content),
        **asdict(vote),
    )
    MinutesAttendance.objects.bulk_create(MinutesAttendance(minutes=minutes, seat=seat) for seat in attending)
    number = number_minutes(minutes, by=recorded_by)
    facts: dict[str, object] = {"digest": minutes.digest, "number": str(number)}
    leave_trace(AuditAction.MINUTES_RECORDED, by=recorded_by, subject=minutes, after=facts)
    return minutes


def _seated(panel: Panel) -> list[PanelSeat]:
    """Members who count: no alternates, nobody recused."""
    rows = panel.seats.exclude(kind=SeatKind.ALTERNATE)
    return list(rows.exclude(declaration__state=DeclarationState.RECUSED))


def _require_sound(attending: list[PanelSeat], seated: list[PanelSeat], *, quorum: int, vote: Vote) -> None:
    strangers = [seat.code for seat in attending if seat not in seated]
    if strangers:
        raise NotPossible(
            _("These seats are not members of this panel or are recused: %(codes)s.") % {"codes": ", ".join(strangers)}
        )
    undeclared = [seat.code for seat in attending if not seat.declaration.opens_content]
    if undeclared:
        raise NotPossible(
            _("These members have not declared their interests; undeclared counts as conflicted: %(codes)s.")
            % {"codes": ", ".join(undeclared)}
        )
    if len(attending) < quorum:
        raise NotPossible(
            _("No quorum: %(present)s of %(seated)s present, %(quorum)s are needed.")
            % {"present": len(attending), "seated": len(seated), "quorum": quorum}
        )
    if vote.cast != len(attending):
        raise NotPossible(
            _("%(cast)s votes were counted but %(present)s members were present; count abstentions too.")
            % {"cast": vote.cast, "present": len(attending)}
        )
