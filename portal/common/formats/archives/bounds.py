"""What an archive may hold, and the count of what was read of it so far."""

import time
import unicodedata
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from portal.common.formats.paths import PathError, check_path, visible

PIECE = 1 << 16  # bytes of one piece
PACKED = frozenset({
    ".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".7z", ".zst", ".rar", ".whl", ".jar", ".egg", ".lz4", ".br",
})  # fmt: skip
NOT_OPENED = "an archive inside the archive; it is not opened"
LINK = "a link; links are not followed"


class ArchiveError(ValueError):
    """An archive that is not read: the member or place, why, and what to do."""

    def __init__(self, where: str, message: str, *, hint: str) -> None:
        self.where = visible(where)[:600]
        self.message = message
        self.hint = hint
        super().__init__(f"{self.where}: {message}. {hint}")


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, unpacked. The ratio of unpacked to packed bytes counts once more than `free` bytes came out."""

    entries: int = 20_000
    member: int = 512 << 20
    total: int = 2 << 30
    ratio: int = 200
    free: int = 32 << 20
    seconds: float = 300.0


LIMITS = Limits()


@dataclass(frozen=True)
class Member:
    """A file of an archive. `left_out` says why its bytes are not given; `encoding` how its name was read, if not UTF-8.

    `target` is where a link points to, as it would be shown.
    """

    path: str
    size: int
    left_out: str = ""
    encoding: str = ""
    target: str = ""


class Budget:
    """Counts entries, bytes and time of one reading against its limits."""

    def __init__(self, limits: Limits, name: str) -> None:
        self.limits = limits
        self.name = name
        self.entries = 0
        self.extras = 0
        self.unpacked = 0
        self._until = time.monotonic() + limits.seconds
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def count_entry(self) -> None:
        self.entries += 1
        if self.entries > self.limits.entries:
            message = f"it has more than {self.limits.entries:,} entries"
            raise ArchiveError(
                self.name, message, hint="Pack the source code alone, without data, caches and environments."
            )

    def count_extra(self) -> None:
        """Count an entry that only says something of the next one; honest archives have two or three a file."""
        self.extras += 1
        if self.extras > 4 * self.limits.entries:
            raise ArchiveError(self.name, "it has too many entries for long names", hint="Pack it as .zip.")

    def count_bytes(self, count: int, *, packed: int) -> None:
        """Count bytes that came out, of `packed` bytes that went in so far."""
        self.unpacked += count
        if self.unpacked > self.limits.total:
            raise ArchiveError(
                self.name, f"it unpacks to more than {self.limits.total:,} bytes", hint="Pack the source code alone."
            )
        if self.unpacked > self.limits.free and self.unpacked > self.limits.ratio * max(packed, 1):
            raise ArchiveError(
                self.name,
                f"it unpacks to more than {self.limits.ratio} times its size",
                hint="Source code never does; take the file of equal bytes out.",
            )
        self.check_time()

    def check_time(self) -> None:
        if time.monotonic() > self._until:
            raise ArchiveError(
                self.name, f"reading it took more than {self.limits.seconds:g} s", hint="Pack the source code alone."
            )

    def check_size(self, path: str, size: int) -> None:
        if size > self.limits.member:
            raise ArchiveError(
                path, f"it has {size:,} bytes, more than {self.limits.member:,}", hint="Leave data and weights out."
            )

    def member(self, raw: bytes, *, size: int, told: str = "", left_out: str = "") -> Member | None:
        """Return the member of that name, or None for the root folder. `told` is the encoding where the format says it."""
        path, encoding = _decoded(raw, told)
        is_folder = path.endswith("/")
        path = unicodedata.normalize("NFC", path.rstrip("/"))
        while path.startswith("./"):
            path = path[2:].lstrip("/")
        if path in {"", "."} and is_folder | (path == "."):
            return None
        self._check_name(path, is_folder=is_folder)
        self.check_size(path, size)
        if not left_out and PurePosixPath(path).suffix.lower() in PACKED:
            left_out = NOT_OPENED
        return Member(path, size, left_out, encoding)

    def _check_name(self, path: str, *, is_folder: bool) -> None:
        """Every system must take the names for the same files: no two that a case-blind one would merge."""
        try:
            check_path(path)
        except PathError as error:
            raise ArchiveError(path, error.message, hint=error.hint or "Rename it.") from error
        folded = unicodedata.normalize("NFC", path.casefold())
        parts = folded.split("/")
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
        if clash := next((self._files[name] for name in above if name in self._files), None):
            raise ArchiveError(path, f"{visible(clash)} is a file and a folder", hint="Rename one of them.")
        self._folders.update((name, path) for name in above)
        if is_folder:
            self._folders[folded] = path
        twice = self._files.get(folded) or (None if is_folder else self._folders.get(folded))
        if twice is not None:
            raise ArchiveError(path, f"this name and {visible(twice)} are the same", hint="Rename one of them.")
        if not is_folder:
            self._files[folded] = path


def as_link(member: Member, target: str) -> Member:
    return replace(member, size=0, left_out=LINK, target=visible(target)[:200])


def _decoded(raw: bytes, told: str) -> tuple[str, str]:
    """Return the name and how it was read: UTF-8 where it is that, else CP949 as Korean Windows writes it."""
    for encoding in (told,) if told else ("utf-8", "cp949"):
        try:
            return raw.decode(encoding), "" if encoding == "utf-8" else encoding.upper()
        except UnicodeDecodeError:
            continue
    raise ArchiveError(
        raw.decode("ascii", "backslashreplace"),
        f"its name is not {told.upper() if told else 'UTF-8 or CP949'}",
        hint="Pack it again with names in UTF-8.",
    )
