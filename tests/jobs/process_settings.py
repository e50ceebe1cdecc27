"""Settings for the processes that job tests start and kill: the jobs app, the kinds of the tests, nothing else."""

import os
from pathlib import Path

from portal.config.settings.embedded import *  # noqa: F403 - a settings module extends its base
from portal.config.settings.embedded import VAR_DIR

INSTALLED_APPS = ["portal.jobs", "tests.jobs.kinds"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.jobs.kinds.urls"
JOBS_BACKOFF_SECONDS = 0.1
WORK_DIR = Path(os.environ.get("WORK_DIR", VAR_DIR / "work"))
