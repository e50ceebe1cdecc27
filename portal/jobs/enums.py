from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JobState(TextChoices):
    QUEUED = "queued", _("Waiting")
    LEASED = "leased", _("Preparing")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Finished")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


LIVE = (JobState.LEASED, JobState.RUNNING)
ENDED_WITHOUT = (JobState.FAILED, JobState.CANCELLED)
FINAL = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class AttemptOutcome(TextChoices):
    SUCCEEDED = "succeeded", _("Finished")
    FAILED = "failed", _("Failed")
    LOST = "lost", _("Worker lost")
    RELEASED = "released", _("Handed back")
    CANCELLED = "cancelled", _("Cancelled")


class Cause(TextChoices):
    """Why an attempt failed, in words a team can act on; details stand in `Job.error`."""

    INPUT = "input", _("The input cannot be used")
    EXIT = "exit", _("The program ended with an error")
    MEMORY = "memory", _("The program was ended by the system, most likely because memory ran out")
    TIME_LIMIT = "time_limit", _("The time limit was reached")
    NO_RESULT = "no_result", _("The program ended without writing a result")
    STORAGE = "storage", _("The storage of the portal is full")
    WORKER_LOST = "worker_lost", _("The worker stopped answering")
    NOT_TAKEN = "not_taken", _("No worker took the job within its deadline")
    UNEXPECTED = "unexpected", _("Unexpected error")
