"""The team's yes or no to each piece, and the record that is published with what it agreed to."""

from collections.abc import Mapping
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.formats.canonical import digest_of
from portal.common.time import kst
from portal.common.viewer import Viewer
from portal.consortia.selectors import is_manager
from portal.dossiers.actions.base import leave_trace, locked, require_state, step, tell
from portal.dossiers.enums import AuditAction, SessionState
from portal.dossiers.errors import DossierError
from portal.dossiers.models import Consent, VerificationSession
from portal.dossiers.selectors.sessions import Piece, pieces_of, record_of


class Word(NamedTuple):
    """What the team says to one piece: yes or no, and the digest of the text that it read."""

    agreed: bool
    digest: str


@transaction.atomic
def give_consent(session: VerificationSession, *, words: Mapping[str, Word], by: Viewer) -> list[Consent]:
    """A manager says yes or no, piece by piece (`Piece.key`); until the record is published the last word counts.

    A word on a text that has changed since it was read is refused whole: nobody agrees to what they did not see.
    """
    row = locked(session)
    if not is_manager(by, row.entry.consortium):
        raise PermissionDenied(_("Only a manager of the consortium speaks for it."))
    require_state(row, "held")
    pieces = {piece.key: piece for piece in pieces_of(row)}
    stale = [key for key, word in words.items() if key not in pieces or pieces[key].digest != word.digest]
    if stale:
        raise DossierError(_("The page is older than what it shows: an answer was added meanwhile. Read it again."))
    changed = {key: word for key, word in words.items() if pieces[key].agreed != word.agreed}
    rows = [_consent(row, pieces[key], word, by) for key, word in changed.items()]
    Consent.objects.bulk_create(rows)
    if rows:
        after = {key: word.agreed for key, word in sorted(changed.items())}
        leave_trace(AuditAction.CONSENT_GIVEN, by=by, subject=row, after=after)
    return rows


def _consent(row: VerificationSession, piece: Piece, word: Word, by: Viewer) -> Consent:
    return Consent(
        session=row,
        kind=piece.kind,
        number=piece.number,
        digest=piece.digest,
        agreed=word.agreed,
        given_by=by.actor,
    )


@transaction.atomic
def publish_record(session: VerificationSession, *, by: Viewer) -> VerificationSession:
    """Make the record public, for good: when the team has answered to every piece, or its time to answer is over.

    What it has not agreed to by then is not in it. Nothing is published before the phase's embargo ends.
    """
    row = locked(session)
    found = step("publish", row, by=by)
    now = timezone.now()
    embargo = row.entry.phase.embargo_until
    if embargo is not None and now < embargo:
        raise DossierError(_("Nothing of this phase is public before %(when)s.") % {"when": kst(embargo)})
    waiting = [piece for piece in pieces_of(row) if piece.agreed is None]
    if waiting and row.consent_due is not None and now < row.consent_due:
        raise DossierError(
            _("The team has until %(due)s to say what may be published; %(count)s pieces are without an answer.")
            % {"due": kst(row.consent_due), "count": len(waiting)}
        )
    row.record = record_of(row, published_at=now)
    row.state, row.published_at, row.digest = SessionState(found.target), now, digest_of(row.record)
    row.save(update_fields=["state", "record", "published_at", "digest"])
    tell(row, "published")
    after = {"state": row.state, "digest": row.digest, "counts": row.record["counts"]}
    leave_trace(AuditAction.PUBLISHED, by=by, subject=row, before={"state": found.source}, after=after)
    return row
