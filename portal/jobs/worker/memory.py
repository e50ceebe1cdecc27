"""Whether the kernel killed anything for want of memory: the one evidence that SIGKILL itself does not carry."""

from pathlib import Path

COUNTERS = Path("/proc/vmstat")
NAME = "oom_kill "


def killed_for_memory() -> int | None:
    """How many processes the kernel has killed for memory since it started, in whatever control group; None where it keeps no count."""
    try:
        lines = COUNTERS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line[len(NAME) :]) for line in lines if line.startswith(NAME)), None)
