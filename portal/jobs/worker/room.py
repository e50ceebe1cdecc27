"""Whether the disk of a worker still takes an attempt. A worker that claims without it fails one job after the other."""

import contextlib
import os
from pathlib import Path

PROBE = ".room"
PROBE_BYTES = 256 * 1024  # room for what every attempt writes: a folder, a log, progress and a result


def has_room(folder: Path) -> bool:
    """Ask the disk by writing to it: free blocks as reported leave out quotas and what is kept for root."""
    probe = folder / PROBE
    try:
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            return os.write(descriptor, bytes(PROBE_BYTES)) == PROBE_BYTES
        finally:
            os.close(descriptor)
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
