from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.enums import DeviceState, Role


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Addresses are stored in lower case; people type them as they like."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person. The address is the sign-in; the name is what others see beside a comment or a signature."""

    email = models.EmailField(_("Email address"), unique=True)
    name = models.CharField(_("Name"), max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def actor(self) -> str:
        return f"user:{self.pk}"

    def role_names(self) -> frozenset[str]:
        """Roles of this person, read once per instance (one request, one query)."""
        if "_role_names" not in self.__dict__:
            self.__dict__["_role_names"] = frozenset(self.role_grants.values_list("role", flat=True))
        names: frozenset[str] = self.__dict__["_role_names"]
        return names

    def forget_roles(self) -> None:
        """Let the next `role_names()` read again; called by whoever writes a grant."""
        self.__dict__.pop("_role_names", None)


class RoleGrant(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=16, choices=Role.choices)
    granted_by = models.CharField(max_length=64)
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="one_grant_per_user_and_role")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class Invitation(models.Model):
    """The only door for new people. The token is mailed once and kept as a digest.

    `purpose` is an opaque string of the app that invited ("consortium:3:contributor"),
    which that app reads again when the invitation has been accepted.
    """

    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role.choices)
    purpose = models.CharField(max_length=120, blank=True)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"

    @property
    def state(self) -> str:
        if self.accepted_at:
            return "accepted"
        return "expired" if self.expires_at <= timezone.now() else "open"


class ApiToken(models.Model):
    """A key for a program: it acts for one account, within its scopes, until it expires or is revoked."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=80, blank=True)
    account_key = models.CharField(max_length=80, db_index=True)
    scope_names = models.CharField(max_length=120)  # separated by blanks, as in OAuth
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label or f"{self.account_key} ({self.scope_names})"

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope_names.split())

    @property
    def actor(self) -> str:
        return self.user.actor

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "active"


class DeviceGrant(models.Model):
    """A program that asks to be signed in by a person elsewhere (RFC 8628). It becomes a token when the program comes back.

    The device code is kept as a digest; the user code is short, so it opens nothing but the page of the decision.
    """

    user_code = models.CharField(max_length=8, unique=True)
    device_digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80, blank=True, help_text="What the program says of itself.")
    address = models.GenericIPAddressField(null=True, help_text="Where it asked from.")
    scope_names = models.CharField(max_length=120)
    state = models.CharField(max_length=16, choices=DeviceState, default=DeviceState.PENDING)
    interval = models.PositiveSmallIntegerField(help_text="Seconds between two questions of the program.")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    polled_at = models.DateTimeField(null=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="device_grants")
    account_key = models.CharField(max_length=80, blank=True)
    days = models.PositiveSmallIntegerField(null=True, help_text="For how long the token will be valid.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=DeviceState.PENDING, user__isnull=True)
                | ~models.Q(state=DeviceState.PENDING) & models.Q(user__isnull=False),
                name="device_grant_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=(DeviceState.APPROVED, DeviceState.REDEEMED))
                | ~models.Q(account_key="") & models.Q(days__isnull=False),
                name="device_grant_approved_for_an_account",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.shown_code

    @property
    def shown_code(self) -> str:
        return f"{self.user_code[:4]}-{self.user_code[4:]}"

    @property
    def is_over(self) -> bool:
        return self.expires_at <= timezone.now()
