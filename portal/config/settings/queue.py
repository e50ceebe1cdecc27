"""Jobs and their broker, the same in every mode."""

import json
import os

JOBS_BACKOFF_SECONDS = 5  # doubled after every failed attempt
JOBS_GRACE_SECONDS = float(os.environ.get("JOBS_GRACE_SECONDS", "30"))  # what a Celery worker's child gets on SIGTERM
JOBS_QUEUE_DAYS = 14  # a job that no worker took by then fails with that cause

# What Celery workers offer beyond the machine's own, such as "vllm,gpus=8".
JOBS_CAPABILITIES = os.environ.get("JOBS_CAPABILITIES", "")
# The cards that Celery workers may use, such as "0,1"; unset: all of the machine that no other worker has taken.
JOBS_GPUS = os.environ.get("JOBS_GPUS")
# A folder that all workers of one machine share, also those in containers; unset: beside their working folders.
JOBS_CARD_LOCKS = os.environ.get("JOBS_CARD_LOCKS")

# "required": what must run in a sandbox fails where none can be set up; "where possible": it runs and says so (docs/sandbox.md).
SANDBOX = "where possible"
# Whether the server of an own architecture may be Python files on a worker's interpreter, or must be an image (docs/serving.md).
SERVING_LOCAL_PROCESS = True
# For servers on several nodes, as JSON: {"network", "launcher", "devices", "env"}; unset: none is started.
SERVING_INTERCONNECT = json.loads(os.environ.get("SERVING_INTERCONNECT", "null"))

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "jobs"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 2,
    "socket_connect_timeout": 2,
    "max_retries": 0,
}
CELERY_BEAT_SCHEDULE = {"reconcile": {"task": "jobs.reconcile", "schedule": 5.0, "options": {"expires": 5}}}
