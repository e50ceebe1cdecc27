"""Until when the bytes of an entry are kept, what keeps them longer, and what would be destroyed."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.artifacts.models import Bundle
from portal.audit.models import Event
from portal.common.time import kst_date
from portal.consortia.models import Entry
from portal.custody.enums import DestructionState, HoldState
from portal.custody.models import CalledCheckpoint, Deposit, Destruction, Hold, RetentionRule
from portal.custody.registry import disputes_about, kept_for
from portal.jobs.enums import FINAL
from portal.programmes.enums import AuditAction, PhaseState
from portal.programmes.models import Phase
from portal.submissions.models import SubmissionItem, SubmissionRun

CALLED, SKETCH, UNUSED = "called", "sketch", "unused"  # what a bundle is that stands in no submission
OPEN = (DestructionState.PROPOSED, DestructionState.APPROVED)


class Kept(NamedTuple):
    """One entry's bytes: the rule, when it became final, when destruction is due; None while that is not known."""

    entry: Entry
    rule: RetentionRule | None
    final_at: datetime | None
    due_at: datetime | None
    destruction: Destruction | None

    @property
    def is_due(self) -> bool:
        return self.due_at is not None and self.due_at <= timezone.now()


class Item(NamedTuple):
    role: str
    bundle: Bundle


def rule_for(phase: Phase) -> RetentionRule | None:
    """The last rule of the phase, else the last one of its programme."""
    rules = RetentionRule.objects.filter(Q(phase=phase) | Q(phase=None, programme=phase.programme_id))
    found = sorted(rules, key=lambda rule: (rule.phase_id is not None, rule.pk))
    return found[-1] if found else None


def final_since(phase: Phase) -> datetime | None:
    """When the phase became final, by the ledger; a rehearsal ends when it closes, for nothing is decided in it."""
    if phase.is_rehearsal:
        return phase.closes_at if phase.closes_at and phase.closes_at < timezone.now() else None
    moved = Event.objects.filter(action=str(AuditAction.PHASE_MOVED), subject=f"phase:{phase.pk}")
    found = moved.filter(after__state=str(PhaseState.FINAL)).order_by("seq").last()
    return found.at if found and phase.state in (PhaseState.FINAL, PhaseState.ARCHIVED) else None


def keeping_of(entry: Entry) -> Kept:
    rule, final_at = rule_for(entry.phase), final_since(entry.phase)
    due_at = final_at + timedelta(days=rule.days) if rule and final_at else None
    standing = Destruction.objects.filter(entry=entry).exclude(state=DestructionState.DROPPED).first()
    return Kept(entry, rule, final_at, due_at, standing)


def keeping_in(phase: Phase) -> list[Kept]:
    rows = phase.entries.select_related("consortium", "phase__programme").order_by("code")
    return [keeping_of(entry) for entry in rows]


def holds_on(entry: Entry) -> QuerySet[Hold]:
    return Hold.objects.filter(entry=entry, state=HoldState.STANDING)


def in_the_way(entry: Entry) -> list[str]:
    """Why the bytes may not be destroyed now, in the reader's language; nothing when they may."""
    kept = keeping_of(entry)
    if kept.rule is None:
        return [_("No retention period is set for this phase.")]
    if kept.due_at is None:
        return [_("The phase is not final yet.")]
    found = [] if kept.is_due else [_("They are kept until %(day)s.") % {"day": kst_date(kept.due_at)}]
    found += [_("On hold: %(reason)s") % {"reason": hold.reason} for hold in holds_on(entry)]
    found += disputes_about(entry)
    found += [_("A run is still working on them.")] if _at_work(entry) else []
    return found


def in_the_way_of(row: Destruction) -> list[str]:
    """Why this list may not be destroyed now: the entry's reasons, and what has come to be used elsewhere since it was made."""
    listed = row.items.filter(bundle__destroyed_at=None)
    if row.state == DestructionState.APPROVED and not listed.exists():
        return []  # forgotten already: there is no way back
    rule = rule_for(row.entry.phase)
    free = {item.bundle.pk for item in items_to_destroy(row.entry, rule)} if rule else set[int]()
    rows = listed if row.state == DestructionState.APPROVED else row.items.all()
    changed = rows.exclude(bundle__in=free).exists()
    text = _("Some of the listed files are used elsewhere by now, or were destroyed with another list.")
    return [*in_the_way(row.entry), *([text] if changed else [])]


def _at_work(entry: Entry) -> bool:
    runs = SubmissionRun.objects.filter(submission__entry=entry)
    final = Q(benchmark__job__state__in=FINAL) | Q(originality__job__state__in=FINAL) | Q(trace__job__state__in=FINAL)
    calls = CalledCheckpoint.objects.filter(deposit__entry=entry, job__isnull=False)
    return runs.exclude(final).exists() or calls.exclude(job__state__in=FINAL).exists()


def items_to_destroy(entry: Entry, rule: RetentionRule) -> list[Item]:
    """Bundles of the rule's roles, whatever the lot called, sketches, and what was uploaded for the phase and never used.

    What another entry of the consortium uses stays until that entry is due and nothing keeps it.
    """
    owner = entry.consortium.account_key
    living = Bundle.objects.filter(owner=owner, destroyed_at=None)
    own = SubmissionItem.objects.filter(submission__entry=entry)
    roles = _roles(living, own.filter(role__in=rule.roles))
    called = CalledCheckpoint.objects.filter(deposit__entry=entry, bundle__in=living)
    roles |= dict.fromkeys(_ids(called, "bundle"), CALLED)
    roles |= dict.fromkeys(_ids(Deposit.objects.filter(entry=entry, sketch__in=living), "sketch"), SKETCH)
    for bundle_id in _ids(_unused(living, until=entry.phase.closes_at), "pk"):
        roles.setdefault(bundle_id, UNUSED)
    kept = _roles(living, own.exclude(role__in=rule.roles)).keys() | set(_used_elsewhere(entry, living))
    kept |= set(_ids(living.filter(digest__in=kept_for(entry.consortium)), "pk"))
    rows = Bundle.objects.filter(pk__in=[pk for pk in roles if pk not in kept]).order_by("pk")
    return [Item(roles[bundle.pk], bundle) for bundle in rows]


def _roles(living: QuerySet[Bundle], items: QuerySet[SubmissionItem]) -> dict[int, str]:
    """Role by bundle. Items name their files by digest: the bundle may have come by another upload than they knew."""
    roles = dict(items.values_list("digest", "role"))
    return {pk: roles[digest] for pk, digest in living.values_list("pk", "digest") if digest in roles}


def _unused(living: QuerySet[Bundle], *, until: datetime | None) -> QuerySet[Bundle]:
    """Uploads that stand in no submission of any entry."""
    owner_items = SubmissionItem.objects.filter(digest__in=living.values("digest"))
    called = CalledCheckpoint.objects.exclude(bundle=None).values("bundle")
    sketches = Deposit.objects.exclude(sketch=None).values("sketch")
    rows = living.exclude(digest__in=owner_items.values("digest")).exclude(pk__in=called).exclude(pk__in=sketches)
    return rows.filter(created__lte=until) if until else rows.none()


def _used_elsewhere(entry: Entry, living: QuerySet[Bundle]) -> list[int]:
    """All that an entry uses which is not due, on hold or in dispute; of the others the roles that their own rule keeps."""
    others = Entry.objects.filter(consortium=entry.consortium_id).exclude(pk=entry.pk)
    kept, record = list[int](), Q(pk__in=())
    for other in others.select_related("phase__programme", "consortium"):
        if in_the_way(other):
            kept.append(other.pk)
        elif rule := rule_for(other.phase):
            record |= Q(submission__entry=other) & ~Q(role__in=rule.roles)
    return [
        *_roles(living, SubmissionItem.objects.filter(Q(submission__entry__in=kept) | record)),
        *_ids(CalledCheckpoint.objects.filter(deposit__entry__in=kept).exclude(bundle=None), "bundle"),
        *_ids(Deposit.objects.filter(entry__in=kept).exclude(sketch=None), "sketch"),
    ]


def _ids(rows: QuerySet[Any], name: str) -> list[int]:
    return list(rows.values_list(name, flat=True))
