from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.jobs.enums import FINAL, LIVE, AttemptOutcome, Cause, JobState, ReservationState


class Job(models.Model):
    """One piece of durable work. The row is the truth; a broker message only says "look now".

    `fence` counts the leases ever given: a worker may write only while the fence it was given is still the row's.
    """

    kind = models.CharField(max_length=64)
    idempotency_key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.QUEUED)
    priority = models.SmallIntegerField(default=0)
    requirements = models.JSONField(default=dict, blank=True)
    route = models.CharField(max_length=200, default="{}")
    payload = models.JSONField(default=dict, blank=True)
    account = models.CharField(max_length=64, blank=True)
    requested_by = models.CharField(max_length=64)

    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    deadline = models.DateTimeField()
    not_before = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True, blank=True)
    attempts_used = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    time_limit = models.PositiveIntegerField(null=True, blank=True, help_text="Seconds; empty for that of the kind.")

    progress = models.JSONField(default=dict, blank=True)
    outcome = models.JSONField(null=True, blank=True)
    cause = models.CharField(max_length=16, choices=Cause.choices, blank=True)
    error = models.TextField(blank=True)

    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, lease_until__isnull=False)
                | (~Q(state__in=LIVE) & Q(lease_until__isnull=True)),
                name="job_leased_exactly_while_live",
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINAL, finished__isnull=False) | (~Q(state__in=FINAL) & Q(finished__isnull=True)),
                name="job_finished_exactly_when_final",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.SUCCEEDED) | Q(outcome__isnull=False), name="job_succeeded_has_outcome"
            ),
            models.CheckConstraint(condition=~Q(state=JobState.FAILED) | ~Q(cause=""), name="job_failed_has_cause"),
            models.CheckConstraint(condition=Q(attempts_used__lte=F("max_attempts")), name="job_attempts_bounded"),
        ]
        indexes = [
            models.Index(F("priority").desc(), "id", condition=Q(state="queued"), name="job_queue"),
            models.Index("route", condition=Q(state="queued"), name="job_queued_routes"),
            models.Index("lease_until", condition=Q(state__in=["leased", "running"]), name="job_leases"),
            models.Index("state", "finished", name="job_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL


class Need(models.Model):
    """`job` is not taken before `on` has succeeded; parts of one piece of work and what puts them together."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="needs")
    on = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="needed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "on"], name="need_once"),
            models.CheckConstraint(condition=~Q(job=F("on")), name="need_another_job"),
        ]

    def __str__(self) -> str:
        return f"job {self.job_id} needs {self.on_id}"


class Attempt(models.Model):
    """One lease of one job. `log` is the tail of what the child printed, for operators; it ends at byte `log_end`.

    `hardware` says in words what it ran on and is fit for teams; `cards` are the numbers of the cards, for operators.
    """

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="attempts")
    fence = models.PositiveIntegerField()
    worker = models.CharField(max_length=100)
    started = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=AttemptOutcome.choices, blank=True)
    cause = models.CharField(max_length=16, choices=Cause.choices, blank=True)
    log = models.TextField(blank=True)
    log_end = models.PositiveBigIntegerField(default=0)
    hardware = models.CharField(max_length=200, blank=True)
    cards = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["fence"]
        constraints = [
            models.UniqueConstraint(fields=["job", "fence"], name="attempt_one_per_fence"),
            models.UniqueConstraint(fields=["job"], condition=Q(ended__isnull=True), name="attempt_one_open_per_job"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(outcome="succeeded"), name="attempt_one_success_per_job"
            ),
            models.CheckConstraint(
                condition=Q(ended__isnull=True, outcome="") | (Q(ended__isnull=False) & ~Q(outcome="")),
                name="attempt_ended_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"job {self.job_id}, attempt {self.fence} ({self.outcome or 'open'})"


class Worker(models.Model):
    """A worker that has reported in; rows that are not seen for long are removed by the reconciler."""

    name = models.CharField(max_length=100, unique=True)
    capabilities = models.JSONField(default=dict)
    started = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Quota(models.Model):
    """How much of the nodes an account may use: `runs` and `card_seconds` within the last `days`, `concurrent` at once.

    Without an account it holds for each account that has none of its own, without a kind for all kinds of job together.
    """

    account = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=64, blank=True)
    days = models.PositiveSmallIntegerField(default=30)
    runs = models.PositiveIntegerField(null=True, blank=True)
    card_seconds = models.PositiveBigIntegerField(null=True, blank=True)
    concurrent = models.PositiveSmallIntegerField(null=True, blank=True)
    set_by = models.CharField(max_length=64)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["account", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["account", "kind"], name="quota_one_per_account_and_kind"),
            models.CheckConstraint(condition=Q(days__gte=1), name="quota_over_at_least_a_day"),
        ]

    def __str__(self) -> str:
        return f"quota of {self.account or 'each account'}, {self.kind or 'every kind'}"


class Reservation(models.Model):
    """What one job takes of its account's quota: as much as it may use while it is held, as much as it used once settled."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="reservation")
    account = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=ReservationState.choices, default=ReservationState.HELD)
    card_seconds = models.PositiveBigIntegerField(default=0)
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account", "made"], name="reservation_of_account")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReservationState.values), name="reservation_state_known")
        ]

    def __str__(self) -> str:
        return f"job {self.job_id}: {self.card_seconds} card-seconds ({self.state})"
