"""The walls around one child: what it may read beside its working folder, and how much of the machine it may take.

Free of Django, so that the cores can put walls around what they start. Everything not named here is absent: there is
no network, no other process, no device but the cards named, and no variable of the starter's environment.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sandbox:
    """Folders are bound at their own paths, read-only; the working folder alone is writable.

    `memory_mb` bounds all processes together where the machine has cgroups, else each of them; `processes` counts threads
    too; `cpu_seconds` is per process, None for no bound beyond the job's own time limit; `file_mb` bounds one file and
    `scratch_mb` the folder /tmp, which lies in memory; `cards` are the numbers of the GPUs that are let in;
    `foreign_code` marks code that a team wrote or a model generated: it sees the interpreter and its libraries, never the
    portal's own source, and cannot run where no sandbox can be set up, in any mode. `folder_mb` bounds what the working
    folder holds beside what is readable in it, None for no bound; it is looked at every quarter of a second.
    """

    readable: tuple[Path, ...] = ()
    memory_mb: int = 16_384
    processes: int = 512
    cpu_seconds: int | None = None
    file_mb: int = 65_536
    scratch_mb: int = 512
    cards: tuple[int, ...] = ()
    foreign_code: bool = False
    folder_mb: int | None = None
