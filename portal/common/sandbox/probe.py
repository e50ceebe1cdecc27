"""Whether walls can be put up here: tried once per process with the same launcher, because no list of conditions tells."""

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from portal.common.sandbox.errors import NoSandboxError
from portal.common.sandbox.spec import Sandbox
from portal.common.sandbox.walls import REPORT, walls

SECONDS = 30


class Strength(NamedTuple):
    """`why_not` is empty where walls stand; `label` names what they are made of, for frozen inputs and pages."""

    why_not: str
    label: str


@cache
def strength() -> Strength:
    with tempfile.TemporaryDirectory(prefix="walls-") as name:
        folder = Path(name)
        try:
            tried = subprocess.run(
                walls(["true"], sandbox=Sandbox(memory_mb=256, processes=16), workdir=folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (NoSandboxError, OSError, subprocess.TimeoutExpired) as error:
            return Strength(str(error), "none")
        if tried.returncode != 0:
            said = tried.stderr.decode("utf-8", "replace").strip().splitlines()
            return Strength(said[-1] if said else f"exit code {tried.returncode}", "none")
        held = json.loads((folder / REPORT).read_text(encoding="utf-8"))["bounds"]
    return Strength("", label_of(held))


def label_of(held: list[str]) -> str:
    """Which bounds are the group's; the others are limits per process.

    >>> label_of(["memory", "pids"])
    'bubblewrap, seccomp, control group (memory, pids)'
    """
    return "bubblewrap, seccomp, " + (f"control group ({', '.join(held)})" if held else "limits per process")


def available() -> bool:
    return not strength().why_not


def why_not() -> str:
    return strength().why_not


def require() -> None:
    """Raises NoSandboxError, which says what to do, where no walls can be put up."""
    if not available():
        raise NoSandboxError(f"No sandbox can be set up on this machine: {why_not()}.")


def main() -> int:
    """For an operator: what the walls are made of, or why there are none."""
    found = strength()
    print(found.label if not found.why_not else f"No sandbox can be set up here: {found.why_not}.")
    return 1 if found.why_not else 0


if __name__ == "__main__":
    sys.exit(main())
