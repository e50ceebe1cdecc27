"""The embedded mode with the keys and buckets that a benchmark names in the environment."""

import os

from portal.config.settings.embedded import *  # noqa: F403 - a settings module extends its base

STORE_KEY_FILE = os.environ.get("STORE_KEY_FILE", "")
JOBS_BACKOFF_SECONDS = 0.2  # processes are killed on purpose here, and somebody waits
