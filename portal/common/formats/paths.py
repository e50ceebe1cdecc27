"""Which names a file of a bundle may have: such that every system and every reader takes them for the same file."""

import re
import unicodedata
from collections.abc import Iterable

MAX_LENGTH = 512  # bytes of UTF-8
MAX_SEGMENT = 255  # bytes of UTF-8, the limit of common file systems
MAX_DEPTH = 32

# Control characters, invisible and bidirectional formatting, halves of surrogate pairs, private use, line separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DRIVE = re.compile(r"[A-Za-z]:")


class PathError(ValueError):
    """A name that is not accepted; `path` is shown with its hidden characters escaped."""

    def __init__(self, path: str, message: str, *, hint: str = "") -> None:
        self.path = visible(path)
        self.message = message
        self.hint = hint
        super().__init__(f"{self.path}: {message}")


def visible(path: str) -> str:
    return "".join(f"\\u{ord(char):04x}" if unicodedata.category(char) in _HIDDEN else char for char in path)


def normal_path(path: str) -> str:
    """The form a sender should declare: macOS hands out Korean names decomposed (NFD), the portal wants them composed."""
    return unicodedata.normalize("NFC", path)


def check_path(path: str) -> None:
    if hidden := next((char for char in path if unicodedata.category(char) in _HIDDEN), None):
        raise PathError(path, f"the name contains the hidden character U+{ord(hidden):04X}", hint="Rename the file.")
    if unicodedata.normalize("NFC", path) != path:
        raise PathError(path, "the name is not in Unicode form NFC", hint="Declare the name normalised to NFC.")
    if len(path.encode()) > MAX_LENGTH:
        raise PathError(path, f"the name is longer than {MAX_LENGTH} bytes", hint="Shorten the folders' names.")
    if path.startswith("/") or "\\" in path or _DRIVE.match(path):
        raise PathError(path, "the name must be relative, with forward slashes", hint="Leave out drive and root.")
    segments = path.split("/")
    if len(segments) > MAX_DEPTH:
        raise PathError(path, f"the name is nested deeper than {MAX_DEPTH} folders", hint="Flatten the folders.")
    for segment in segments:
        _check_segment(path, segment)


def _check_segment(path: str, segment: str) -> None:
    if segment in {"", ".", ".."}:
        raise PathError(path, f"the name has the part {segment!r}", hint="Name files below the folder, without dots.")
    if segment != segment.strip() or segment.endswith("."):
        raise PathError(path, f"the part {segment!r} starts or ends with a space or ends with a dot", hint="Rename it.")
    if len(segment.encode()) > MAX_SEGMENT:
        raise PathError(path, f"one part of the name is longer than {MAX_SEGMENT} bytes", hint="Shorten the name.")


def check_path_set(paths: Iterable[str]) -> None:
    """No two names that a case-blind file system would merge, and no file that is also a folder."""
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        folded = _folded(path)
        if folded in seen:
            raise PathError(path, f"this name and {visible(seen[folded])} are the same", hint="Rename one of them.")
        seen[folded] = path
        segments = folded.split("/")
        folders.update(("/".join(segments[:depth]), path) for depth in range(1, len(segments)))
    for folded, path in seen.items():
        if folded in folders:
            raise PathError(path, f"it is a file here and a folder in {visible(folders[folded])}", hint="Rename one.")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path.casefold())
