"""What officers are writing: kept at once, valid or not, and never overwritten by somebody else's text."""

from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.viewer import Viewer
from portal.programmes.actions.base import locked_phase
from portal.programmes.enums import AuditAction, PhaseState
from portal.programmes.errors import ChangedMeanwhile, ProgrammeError
from portal.programmes.models import Phase, RuleSetDraft
from portal.programmes.policies import require_role


@transaction.atomic
def save_draft(phase: Phase, *, text: str, revision: int, actor: Viewer) -> RuleSetDraft:
    """Keep the text. `revision` is the one the writer began from, 0 for none; ChangedMeanwhile if it is no longer the last."""
    require_role(actor, "officer")
    locked = locked_phase(phase)
    if locked.state != PhaseState.DRAFTED:
        raise ProgrammeError(_("The rules of this phase are frozen and cannot be replaced."))
    draft = RuleSetDraft.objects.filter(phase=locked).first() or RuleSetDraft(phase=locked, revision=0)
    if draft.revision and draft.text == text:
        return draft
    if draft.revision != revision:
        raise ChangedMeanwhile(
            _("Somebody else saved these rules while you were writing. Your text is kept; compare, then save again.")
        )
    draft.text, draft.revision, draft.saved_by, draft.saved_at = text, revision + 1, actor.actor, timezone.now()
    draft.save()
    record(
        AuditAction.RULES_DRAFT_SAVED,
        actor=actor.actor,
        subject=f"phase:{locked.pk}",
        after={"revision": draft.revision, "sha256": sha256(text.encode()).hexdigest()},
    )
    return draft
