"""From paths on this machine to a manifest: names, refusals before any hashing, digests from threads and the cache."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from portal.client.cache import DigestCache
from portal.client.errors import ClientError
from portal.common.formats.file_policy import FilePolicyError, check_content, check_name
from portal.common.formats.hashing import FileDigests, digest_parts
from portal.common.formats.manifest import FileEntry, Manifest
from portal.common.formats.paths import PathError, check_path, check_path_set, normal_path

Files = dict[str, Path]  # name in the bundle → file on this machine


def find_files(paths: Iterable[Path]) -> Files:
    """A folder gives the files below it, a file its own name; of several folders each keeps its name in front.

    Names that start with a dot are left out.
    """
    paths = [path.expanduser() for path in paths]
    found: Files = {}
    for path in paths:
        for name, file in _below(path, prefix="" if len(paths) == 1 else f"{path.resolve().name}/"):
            if name in found:
                raise ClientError("Two files would have this name.", where=name, hint="Push them as two bundles.")
            found[name] = file
    if not found:
        raise ClientError(
            "There is no file to send.", where=", ".join(map(str, paths)), hint="Name a folder with files."
        )
    return found


def check_files(files: Files) -> None:
    """The rules that the portal will apply, before hours of hashing and sending."""
    try:
        check_path_set(files)
        for name, path in files.items():
            check_path(name)
            check_name(name)
            check_content(path, name)
    except (PathError, FilePolicyError) as error:
        raise ClientError(f"{error.message}.", where=error.path, hint=error.hint, code="file_refused") from error


def make_manifest(
    files: Files, *, part_size: int, cache: DigestCache, threads: int, on_bytes: Callable[[int], None]
) -> Manifest:
    digests = {name: cache.get(path, part_size=part_size) for name, path in files.items()}
    for known in digests.values():
        on_bytes(known.size if known else 0)
    unknown = {name: files[name] for name, known in digests.items() if known is None}

    def hash_one(path: Path) -> tuple[os.stat_result, FileDigests]:
        return path.stat(), digest_parts(path, part_size=part_size, on_bytes=on_bytes)

    with ThreadPoolExecutor(threads) as pool:
        for name, (status, found) in zip(unknown, pool.map(hash_one, unknown.values()), strict=True):
            cache.put(files[name], found, part_size=part_size, status=status)
            digests[name] = found
    entries = [FileEntry(name, known.size, known.sha256, known.parts) for name, known in digests.items() if known]
    return Manifest(part_size=part_size, files=tuple(entries))


def _below(path: Path, *, prefix: str) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield normal_path(path.name), path
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            relative = file.relative_to(path)
            if file.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield normal_path(prefix + relative.as_posix()), file
    else:
        raise ClientError("There is no such file or folder.", where=str(path), hint="Check the path.")
