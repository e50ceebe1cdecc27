"""A program that answers as the driver's own does, for machines without cards."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from tests.jobs.processes import Portal

TWO = "0, GPU-aa, 00000000:3B:00.0, 143771, NVIDIA H200\n1, GPU-bb, 00000000:5E:00.0, 143771, NVIDIA H200\n"
Driver = Callable[[Portal, str], None]


def write_driver(folder: Path, script: str) -> str:
    """Put it before everything else; returns the search path."""
    folder.mkdir()
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"{folder}:{os.environ['PATH']}"


def saying(answer: str) -> str:
    return f"cat <<'END'\n{answer}END"
