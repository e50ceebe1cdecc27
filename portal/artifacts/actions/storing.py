"""Files of this machine into the store and back: run artefacts, references, inputs of a job."""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from portal.artifacts.actions.blobs import keep_blob
from portal.artifacts.actions.bundles import create_bundle
from portal.artifacts.actions.reads import read_blob, read_bundle
from portal.artifacts.checks import check_content, check_indexes, check_names
from portal.artifacts.enums import AuditAction, ReadPurpose
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, Bundle
from portal.artifacts.second_reader import SecondReader
from portal.artifacts.stores import current_store
from portal.audit.actions import record
from portal.common.formats.manifest import DEFAULT_PART_SIZE, FileEntry, Manifest
from portal.common.formats.paths import PathError, check_path, check_path_set, normal_path


def store_file(path: Path, *, owner: str) -> Blob:
    """Keep one file under its digest; the same bytes again are the same blob."""
    kept = current_store().add_copy(path, owner=owner)
    return keep_blob(owner=owner, sha256=kept.sha256, size=kept.size).blob


def store_folder(folder: Path, *, owner: str, actor: str) -> Bundle:
    """Make a bundle of a folder's files; the rules for their names and kinds are those of an upload."""
    found = _files_of(folder)
    check_names(found)
    _check_files(found)
    blobs = {name: store_file(path, owner=owner) for name, path in found.items()}
    entries = tuple(FileEntry(path=name, size=blob.size, sha256=blob.sha256) for name, blob in blobs.items())
    manifest = Manifest(part_size=DEFAULT_PART_SIZE, files=entries)
    with transaction.atomic():
        bundle = create_bundle(manifest, owner=owner)
        after = {"bundle": bundle.digest, "bytes": bundle.total_size, "files": len(entries), "owner": owner}
        record(AuditAction.STORED, actor=actor, subject=f"bundle:{bundle.pk}", after=after)
    return bundle


def materialise(bundle: Bundle, folder: Path, *, reader: str, purpose: str) -> Path:
    """The bundle's files under their names, read-only and without copying; doing it again changes no file."""
    read_bundle(bundle, reader=reader, purpose=purpose)
    store = current_store()
    for entry in bundle.entries():
        store.place(bundle.owner, entry.sha256, target=folder / entry.path)
    return folder


def open_blob(blob: Blob, *, reader: str, purpose: str) -> BinaryIO:
    """The plain bytes. The reader ("job:12", "user:3", "system") and the purpose stay in the owner's list of reads."""
    read_blob(blob, reader=reader, purpose=purpose)
    return current_store().open(blob.owner, blob.sha256)


def open_made(blob: Blob) -> BinaryIO:
    """Bytes that the portal made itself, such as a series drawn on a page: in the list of reads the work stands that made them.

    Who looks at evidence, and when, is nothing that the list may tell the team. A file that somebody uploaded is noted.
    """
    if blob.uses.exists():
        return open_blob(blob, reader="system", purpose=ReadPurpose.REPORT)
    return current_store().open(blob.owner, blob.sha256)


def _check_files(found: Mapping[str, Path]) -> None:
    contents = {}
    with SecondReader() as second:
        for name, path in found.items():
            with path.open("rb") as stream:
                contents[name] = check_content(stream, name=name, size=path.stat().st_size, second=second)
    check_indexes(contents)


def _files_of(folder: Path) -> dict[str, Path]:
    """Regular files by their names in the bundle."""
    found = {
        normal_path(path.relative_to(folder).as_posix()): path for path in sorted(folder.rglob("*")) if path.is_file()
    }
    if not found:
        raise ArtifactError(
            "empty_folder", "There is no file in it.", where=str(folder), hint="Name the folder of the files."
        )
    try:
        for name in found:
            check_path(name)
        check_path_set(found)
    except PathError as error:
        raise ArtifactError("file_refused", error.message, where=error.path, hint=error.hint) from error
    return found
