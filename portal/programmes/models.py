from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portal.programmes.enums import CallState, PhaseState


class Named(models.Model):
    """A name in both languages; `name` is the one of the page."""

    name_ko = models.CharField(_("Name in Korean"), max_length=200)
    name_en = models.CharField(_("Name in English"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "ko").startswith("en") else self.name_ko


class Programme(Named):
    slug = models.SlugField(max_length=80, unique=True)
    created_at = models.DateTimeField(default=timezone.now)


class RuleSetVersion(models.Model):
    """One rule set document, written once; a change is a new version. Database triggers hold both rules."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rulesets")
    version = models.PositiveIntegerField()  # counts within the programme, over all its phases
    name = models.CharField(max_length=80)
    document = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical JSON of `document`
    created_at = models.DateTimeField(default=timezone.now)
    frozen_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)  # put to everybody as a proposal, before it is frozen

    class Meta:
        ordering = ["programme", "version"]
        constraints = [models.UniqueConstraint(fields=["programme", "version"], name="one_ruleset_per_version")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Phase(Named):
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="phases")
    number = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=80, unique=True)  # in addresses, alone
    state = models.CharField(max_length=16, choices=PhaseState.choices, default=PhaseState.DRAFTED)
    ruleset = models.ForeignKey(RuleSetVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="phases")
    seats = models.PositiveSmallIntegerField(_("Seats"), null=True, blank=True)  # how many advance; unknown is null
    opens_at = models.DateTimeField(_("Opens on"), null=True, blank=True)
    closes_at = models.DateTimeField(_("Closes on"), null=True, blank=True)
    objection_days = models.PositiveSmallIntegerField(_("Days for objections"), default=10)
    embargo_until = models.DateTimeField(_("Embargo until"), null=True, blank=True)
    is_rehearsal = models.BooleanField(default=False)  # same pages, never rankable, never released

    class Meta:
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="one_phase_per_number"),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")) | models.Q(opens_at=None),
                name="phase_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=models.Q(state=PhaseState.DRAFTED) | models.Q(ruleset__isnull=False),
                name="phase_past_draft_has_rules",
            ),
        ]

    @property
    def name(self) -> str:
        """A rehearsal carries its mark wherever its name stands: on every page, in every mail and document."""
        plain = super().name
        return gettext("[Rehearsal] %(phase)s") % {"phase": plain} if self.is_rehearsal else plain


class RuleSetDraft(models.Model):
    """What officers are writing for a phase: any text, valid or not. `revision` keeps two of them from overwriting."""

    phase = models.OneToOneField(Phase, on_delete=models.PROTECT, related_name="draft")
    text = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    saved_by = models.CharField(max_length=64)
    saved_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.phase} r{self.revision}"


class DeadlineChange(models.Model):
    """A decision that moves the deadline of a phase, for every entry alike."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="deadline_changes")
    before = models.DateTimeField(null=True)  # none was set
    after = models.DateTimeField()
    reason = models.TextField()
    decided_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["decided_at"]


class Call(models.Model):
    """A contest for seats of a phase: the first selection, or a seat that fell vacant. It may select nobody."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="calls")
    seats = models.PositiveSmallIntegerField(_("Seats"), default=1)
    state = models.CharField(max_length=16, choices=CallState.choices, default=CallState.DRAFTED)
    opens_at = models.DateTimeField(_("Opens on"))
    closes_at = models.DateTimeField(_("Closes on"))
    reason = models.TextField(_("Reason"))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="call_closes_after_it_opens"
            ),
            models.CheckConstraint(condition=models.Q(seats__gte=1), name="call_has_a_seat"),
        ]

    def __str__(self) -> str:
        return f"{self.phase} / {self.pk}"
