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


class ReservationState(TextChoices):
    """What stands of a job's share of its account's quota."""

    HELD = "held", _("Reserved")
    SETTLED = "settled", _("Used")
    RETURNED = "returned", _("Returned")


class Cause(TextChoices):
    """Why an attempt failed, in words a team can act on; details stand in `Job.error`."""

    INPUT = "input", _("The input cannot be used")
    EXIT = "exit", _("The program ended with an error")
    MEMORY = "memory", _("The program was ended by the system, most likely because memory ran out")
    KILLED = "killed", _("The program was killed from outside, not for want of memory")
    GPU_MEMORY = "gpu_memory", _("The memory of the GPU cards ran out")
    TIME_LIMIT = "time_limit", _("The time limit was reached")
    NO_RESULT = "no_result", _("The program ended without writing a result")
    STORAGE = "storage", _("The storage of the portal is full")
    WORKER_LOST = "worker_lost", _("The worker stopped answering")
    NOT_TAKEN = "not_taken", _("No worker took the job within its deadline")
    QUOTA = "quota", _("The account's quota left no room for the job within its deadline")
    SANDBOX = "sandbox", _("The sandbox that the program must run in could not be set up")
    ENDPOINT = "endpoint", _("The served model did not answer as it must")
    TASK_DATA = "task_data", _("The data of a benchmark task are missing on the worker")
    UNEXPECTED = "unexpected", _("Unexpected error")


# What a child may say of its own end in error.json; the other causes are seen by the worker alone.
SAID_BY_CHILD = (
    Cause.INPUT,
    Cause.EXIT,
    Cause.MEMORY,
    Cause.GPU_MEMORY,
    Cause.STORAGE,
    Cause.SANDBOX,
    Cause.ENDPOINT,
    Cause.TASK_DATA,
)
# How often one job is tried again for a cause that the same input mostly meets again; else the attempts are the bound.
RETRIES = {Cause.MEMORY: 1, Cause.GPU_MEMORY: 1, Cause.TIME_LIMIT: 1}
