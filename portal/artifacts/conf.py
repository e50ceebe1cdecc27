"""The settings of the store: `UPLOADS = {...}` in Django's settings overrides single values."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from portal.common.formats.manifest import MIB, Limits, Manifest

GIB = 1024 * MIB


@dataclass(frozen=True)
class StoreSettings:
    quota_bytes: int = 4096 * GIB  # per account, unless its StorageAccount says otherwise
    disk_reserve_bytes: int = 2 * GIB  # stays free for the database and the work folders
    expiry: timedelta = timedelta(days=14)  # after the last part
    orphan_age: timedelta = timedelta(days=1)  # an object without a row may belong to a transaction that still runs
    min_part_size: int = 8 * MIB
    max_part_size: int = 512 * MIB
    max_declaration_bytes: int = 64 * MIB
    inline_check_bytes: int = 64 * MIB  # a bundle of at most that is checked within the request, a larger one by a job
    inline_check_files: int = 200  # and of at most so many files, each of which costs its own opening and flushing
    check_threads: int = 0  # files that a job reads at once; 0 takes the processors it may use

    def checks_inline(self, plan: Manifest) -> bool:
        return plan.total_size <= self.inline_check_bytes and len(plan.files) <= self.inline_check_files

    def limits(self) -> Limits:
        return Limits(min_part_size=self.min_part_size, max_part_size=self.max_part_size)


def store_settings() -> StoreSettings:
    return StoreSettings(**getattr(settings, "UPLOADS", {}))


def store_dir() -> Path:
    return Path(settings.STORE_DIR)
