"""From paths on this machine to a manifest: names, refusals before any hashing, digests from threads and the cache."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from portal.client.buckets import is_remote, remote_files
from portal.client.cache import DigestCache
from portal.client.errors import ClientError
from portal.client.sources import Files, LocalFile, Source, Stamp, Stream
from portal.client.words import _, retold
from portal.common.formats.file_policy import HEAD, FilePolicyError, check_head, check_name, suffix_of
from portal.common.formats.hashing import FileDigests, digest_stream, one_buffer
from portal.common.formats.manifest import FileEntry, Manifest
from portal.common.formats.paths import PathError, check_path, check_path_set, normal_path

HEADS = 8  # files looked at together: one in a bucket is an answer away

CONVERTIBLE = frozenset({".bin", ".pt", ".pth", ".ckpt", ".distcp"})


def find_files(places: Iterable[str]) -> Files:
    """A folder gives the files below it, a file its own name; of several folders each keeps its name in front.

    Names that start with a dot are left out.
    """
    places = list(places)
    found: Files = {}
    for place in places:
        for name, source in _files_of(place, alone=len(places) == 1):
            if name in found:
                raise ClientError(_("Two files would have this name."), where=name, hint=_("Push them as two bundles."))
            found[name] = source
    if not found:
        raise ClientError(_("There is no file to send."), where=", ".join(places), hint=_("Name a folder with files."))
    return found


def check_files(files: Files) -> None:
    """The rules that the portal will apply, before hours of hashing and sending."""
    try:
        check_path_set(files)
        for name in files:
            check_path(name)
            check_name(name, archives=True)
        with ThreadPoolExecutor(HEADS) as pool:
            for name, head in zip(files, pool.map(_head, files.values()), strict=True):
                check_head(name, head)
    except (PathError, FilePolicyError) as error:
        raise ClientError(
            f"{retold(error.message)}.", where=error.path, hint=_hint_for(error), code="file_refused"
        ) from error


def _hint_for(error: PathError | FilePolicyError) -> str:
    """The portal's hint, and this program's own way where there is one."""
    if suffix_of(error.path) in CONVERTIBLE:
        ours = _("Or convert them here: portal-upload convert FOLDER NEW-FOLDER")
        return f"{retold(error.hint)} {ours}"
    return retold(error.hint)


def _head(source: Source) -> bytes:
    return first_bytes(source, HEAD)


def first_bytes(source: Source, count: int) -> bytes:
    length = min(count, source.stamp().size)
    with closing(source.read(offset=0, length=length, on_bytes=lambda _count: None)) as stream:
        return whole(stream)


def whole(stream: Stream) -> bytes:
    return b"".join(iter(lambda: stream.read(HEAD) or b"", b""))


def make_manifest(
    files: Files, *, part_size: int, cache: DigestCache, threads: int, on_bytes: Callable[[int], None]
) -> Manifest:
    digests = {name: cache.get(source, part_size=part_size) for name, source in files.items()}
    for known in digests.values():
        on_bytes(known.size if known else 0)
    unknown = {name: files[name] for name, known in digests.items() if known is None}

    def hash_one(source: Source) -> tuple[Stamp, FileDigests]:
        return digest_source(source, part_size=part_size, on_bytes=on_bytes)

    with ThreadPoolExecutor(threads) as pool:
        for name, (stamp, found) in zip(unknown, pool.map(hash_one, unknown.values()), strict=True):
            cache.put(files[name], found, part_size=part_size, stamp=stamp)
            digests[name] = found
    entries = [FileEntry(name, known.size, known.sha256, known.parts) for name, known in digests.items() if known]
    return Manifest(part_size=part_size, files=tuple(entries))


def digest_source(source: Source, *, part_size: int, on_bytes: Callable[[int], None]) -> tuple[Stamp, FileDigests]:
    """The stamp is that of before: what is written meanwhile changes it."""
    stamp = source.stamp()
    with closing(source.read(offset=0, length=stamp.size, on_bytes=on_bytes)) as stream:
        found = digest_stream(one_buffer(stream), part_size=part_size)
    if source.stamp() != stamp:
        raise ClientError(
            _("The file changed while it was hashed."), where=source.shown, hint=_("Push when it is written out.")
        )
    return stamp, found


def _files_of(place: str, *, alone: bool) -> Iterator[tuple[str, Source]]:
    """A path of this machine, `s3://bucket/prefix`, or `@list` of readable addresses."""
    if is_remote(place):
        yield from ((normal_path(name), source) for name, source in remote_files(place, alone=alone))
    else:
        yield from _local(Path(place).expanduser(), alone=alone)


def _local(path: Path, *, alone: bool) -> Iterator[tuple[str, Source]]:
    prefix = "" if alone else f"{path.resolve().name}/"
    if path.is_file():
        yield normal_path(path.name), LocalFile(path)
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            relative = file.relative_to(path)
            if file.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield normal_path(prefix + relative.as_posix()), LocalFile(file)
    else:
        raise ClientError(_("There is no such file or folder."), where=str(path), hint=_("Check the path."))
