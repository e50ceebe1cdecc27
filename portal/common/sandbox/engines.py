"""Which container engine this machine has: one that answers, not merely one whose program lies there."""

import shutil
import subprocess
from functools import cache

ENGINES = ("podman", "docker")
SECONDS = 10


@cache
def engine() -> str:
    """The name of the first engine that answers, or ""; asked once per process."""
    return next((name for name in ENGINES if _answers(name)), "")


def _answers(name: str) -> bool:
    program = shutil.which(name)
    if program is None:
        return False
    try:
        asked = subprocess.run(
            [program, "info"], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
