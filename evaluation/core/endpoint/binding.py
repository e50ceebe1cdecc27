"""That the files beside a server are those handed in: names, sizes and digests, before it starts and after it has ended."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from evaluation.core.endpoint.faults import Fault, ServedError
from portal.common.formats.hashing import sha256_of


def check_binding(folder: Path, files: Sequence[Mapping[str, Any]], *, when: str) -> None:
    """`files` are the rows of a bundle's manifest; nothing may be missing, other or added."""
    wanted = {row["path"]: row for row in files}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    if odd := sorted(found ^ wanted.keys()):
        where = f"{odd[0]}, {when}"
        raise ServedError(Fault.CHANGED, where, "is missing" if odd[0] in wanted else "was not handed in")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        digests = pool.map(lambda path: _digest(folder / path), wanted)
        for path, digest in zip(wanted, digests, strict=True):
            if digest != wanted[path]["sha256"]:
                raise ServedError(Fault.CHANGED, f"{path}, {when}", "has another digest than the file handed in")


def _digest(path: Path) -> str:
    return sha256_of(path) if path.is_file() else ""


def targets_of(folder: Path) -> list[Path]:
    """Where links of a folder lead that was laid out from the store: they are bound into the sandbox beside it."""
    return [path.resolve() for path in sorted(folder.rglob("*")) if path.is_symlink()]
