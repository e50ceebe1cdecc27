from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.consortia.enums import EntryState, InstitutionRole, MemberRole
from portal.programmes.models import Call, Named, Phase, RuleSetVersion


class Institution(Named):
    registration_number = models.CharField(_("Business registration number"), max_length=20, unique=True)


class Consortium(Named):
    slug = models.SlugField(_("Short name for addresses"), max_length=60, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]

    @property
    def account_key(self) -> str:
        """The opaque owner of uploads, jobs and tokens."""
        return f"consortium:{self.pk}"


class ConsortiumInstitution(models.Model):
    """An institution's place in a consortium, from the day it accepted until it leaves."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="places")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="places")
    role = models.CharField(max_length=8, choices=InstitutionRole.choices, default=InstitutionRole.MEMBER)
    invited_email = models.EmailField(blank=True)
    invited_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["role", "institution__name_en"]
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "institution"],
                condition=models.Q(ends=None),
                name="one_place_per_institution",
            ),
            models.UniqueConstraint(
                fields=["consortium"],
                condition=models.Q(role=InstitutionRole.LEAD, ends=None),
                name="one_lead_per_consortium",
            ),
            models.CheckConstraint(
                condition=models.Q(ends=None) | models.Q(ends__gte=models.F("starts")),
                name="place_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} ({self.get_role_display()})"

    @property
    def invitation_purpose(self) -> str:
        """What the invitation of `accounts` carries, and how it is found again once accepted."""
        return f"institution:{self.pk}"


class Membership(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="memberships")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=MemberRole.choices, default=MemberRole.CONTRIBUTOR)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "consortium"], name="one_membership_per_consortium")]

    def __str__(self) -> str:
        return f"{self.user} / {self.consortium}"


class Entry(models.Model):
    """A consortium in a phase, under the rules frozen for it. `code` is what panels and results call it."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="entries")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="entries")
    call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="entries")
    code = models.CharField(max_length=8)
    state = models.CharField(max_length=16, choices=EntryState.choices, default=EntryState.COMPETING)
    ruleset = models.ForeignKey(RuleSetVersion, on_delete=models.PROTECT, related_name="entries")
    deadline = models.DateTimeField(null=True, blank=True)  # its own, else the phase's: selectors.deadline_of
    deadline_set_at = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["phase", "code"]
        constraints = [
            models.UniqueConstraint(fields=["phase", "code"], name="one_entry_per_code"),
            models.UniqueConstraint(
                fields=["consortium", "phase"], condition=models.Q(call=None), name="one_first_entry_per_consortium"
            ),
            models.UniqueConstraint(fields=["consortium", "call"], name="one_entry_per_call"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.consortium}"
