"""Which code made the figures of a release: the product's version and the digest of what tallies."""

import hashlib
from pathlib import Path

from django.conf import settings

TALLYING = ("portal/review/scoring", "portal/programmes/ruleset")


def code_version() -> dict[str, str]:
    return {"scoring": _digest_of_sources(Path(settings.BASE_DIR))}


def _digest_of_sources(root: Path) -> str:
    """SHA-256 over path and content of every source file of the tally, in the order of their paths."""
    total = hashlib.sha256()
    for path in sorted(path for name in TALLYING for path in _sources(root / name)):
        total.update(path.relative_to(root).as_posix().encode() + b"\n")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _sources(module: Path) -> list[Path]:
    return list(module.rglob("*.py")) if module.is_dir() else [module.with_suffix(".py")]
