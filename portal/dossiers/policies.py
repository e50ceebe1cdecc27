"""Who reads a dossier and a session: the own team, staff without a part in the phase, panels after their declarations; the public a record."""

from django.utils.translation import gettext as _

from portal.common.access import ALLOWED, UNKNOWN, Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.consortia.selectors import is_manager, is_member
from portal.dossiers.enums import SessionState
from portal.dossiers.models import VerificationSession
from portal.programmes.models import Phase
from portal.review.policies import Subject, rules, view

HIDDEN = Verdict(allowed=False, exists=False)


def reads_dossier(viewer: Viewer, entry_id: int) -> Verdict:
    """The team its own at any time; panels and staff where and when they read the evidence itself."""
    entry = Entry.objects.select_related("phase", "consortium").filter(pk=entry_id).first()
    if entry is None or viewer.is_anonymous:
        return _hidden(viewer)
    if rules.is_of_team(viewer, entry_id).allowed:
        return ALLOWED
    return view(viewer, Subject.EVIDENCE, entry)


def reads_session(viewer: Viewer, session_id: int) -> Verdict:
    """Whoever reads that the entry is verified: team, staff, and panels that judge named entries."""
    session = _session(session_id)
    if session is None or viewer.is_anonymous:
        return _hidden(viewer)
    return view(viewer, Subject.VERIFICATION, session.entry)


def oversees_phase(viewer: Viewer, phase_id: int) -> Verdict:
    return rules.oversees_phase(viewer, phase_id)


def plans_session(viewer: Viewer, entry_id: int) -> Verdict:
    phase = Phase.objects.filter(entries=entry_id).first()
    return rules.runs_phase(viewer, phase.pk) if phase else _hidden(viewer)


def oversees_session(viewer: Viewer, session_id: int) -> Verdict:
    session = _session(session_id)
    return rules.oversees_phase(viewer, session.entry.phase_id) if session else _hidden(viewer)


def runs_session(viewer: Viewer, session_id: int) -> Verdict:
    session = _session(session_id)
    return rules.runs_phase(viewer, session.entry.phase_id) if session else _hidden(viewer)


def sees_record(viewer: Viewer, session_id: int) -> Verdict:
    """Public as soon as it is published; before, the session has no public address."""
    published = VerificationSession.objects.filter(pk=session_id, state=SessionState.PUBLISHED)
    return ALLOWED if published.exists() else UNKNOWN


def answers_in(viewer: Viewer, session: VerificationSession) -> bool:
    return session.state == SessionState.HELD and is_member(viewer, session.entry.consortium)


def consents_in(viewer: Viewer, session: VerificationSession) -> bool:
    return session.state == SessionState.HELD and is_manager(viewer, session.entry.consortium)


def sees_names(viewer: Viewer, session: VerificationSession) -> bool:
    """Who attends by name: staff alone; to the team and to panels the others are bodies."""
    return rules.oversees_phase(viewer, session.entry.phase_id).allowed


def _session(session_id: int) -> VerificationSession | None:
    rows = VerificationSession.objects.select_related("entry__phase", "entry__consortium")
    return rows.filter(pk=session_id).first()


def _hidden(viewer: Viewer) -> Verdict:
    """A visitor is asked to sign in, whether the thing is there or not."""
    return Verdict(allowed=False, reason=_("Sign in to see this page.")) if viewer.is_anonymous else HIDDEN
