"""What must hold after processes were killed: promises of parts, names of objects, no leftovers."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import BinaryIO

from django.db import connection
from django.utils import timezone

from benchmarks.support.teams import Diary, Team

BLOCK = 1 << 20


def lost_parts(diary: Diary) -> list[str]:
    """Acknowledged parts without a row: read the diary first, then the rows."""
    from portal.artifacts.models import UploadPart

    promised = diary.acknowledged()
    connection.close()  # the server may have been killed since
    rows: dict[str, set[tuple[int, int]]] = {}
    for upload, index, number in UploadPart.objects.filter(upload__in=list(promised)).values_list(
        "upload", "index", "number"
    ):
        rows.setdefault(str(upload), set()).add((index, number))
    return [f"{upload} {place}" for upload, places in promised.items() for place in places - rows.get(upload, set())]


def damaged_parts() -> tuple[int, list[str]]:
    """Rows of uploads that are still open whose bytes are not what was declared; also how many rows were read."""
    from portal.artifacts.models import Upload
    from portal.artifacts.stores import Incoming, current_store

    store, read, damaged = current_store(), 0, []
    for upload in Upload.objects.filter(state="declared"):
        for index, number in upload.parts.values_list("index", "number"):
            file = Incoming.of(upload, index)
            read += 1
            if part_digest(store, file, number) != file.parts[number]:
                damaged.append(f"{upload.pk} {index}/{number}")
    return read, damaged


def part_digest(store: object, file: object, number: int) -> str:
    from portal.artifacts.stores import digest_of_part

    try:
        return digest_of_part(store, file, number)  # type: ignore[arg-type]
    except FileNotFoundError:
        return "nothing there"


def wrong_objects() -> tuple[int, list[str]]:
    """Objects whose bytes do not hash to their name; also how many were read."""
    from portal.artifacts.models import Blob
    from portal.artifacts.stores import current_store

    store, blobs = current_store(), list(Blob.objects.values_list("owner", "sha256"))
    wrong = []
    for owner, sha256 in blobs:
        with store.open(owner, sha256) as stream:
            if digest_of(stream) != sha256:
                wrong.append(sha256)
    return len(blobs), wrong


def digest_of(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def wrong_bundles(teams: Iterable[Team]) -> tuple[int, list[str]]:
    """Bundles that a client was told of and that are not there in this form."""
    from portal.artifacts.models import Bundle, Upload

    told = [(team.owner, done) for team in teams for done in team.done]
    wrong = []
    for owner, done in told:
        upload = Upload.objects.get(pk=done["upload"])
        bundle = Bundle.objects.filter(owner=owner, digest=done["bundle"]).first()
        if (
            upload.state != "complete"
            or bundle is None
            or upload.bundle_id != bundle.pk
            or upload.digest != bundle.digest
        ):
            wrong.append(done["upload"])
    return len(told), wrong


def orphans_after_collection() -> tuple[int, list[str]]:
    """Give up what is still open, collect, and list what is left without an owner; also how much was collected."""
    from portal.artifacts.actions import collect_store, expire_uploads
    from portal.artifacts.models import Blob
    from portal.artifacts.stores import account_name, current_store

    later = timezone.now() + timedelta(days=30)
    expire_uploads(now=later)
    removed, store = sum(collect_store(now=later)), current_store()
    known = {(account_name(owner), sha256) for owner, sha256 in Blob.objects.values_list("owner", "sha256")}
    stored = {(item.account, item.sha256) for item in store.objects()}
    left = [f"incoming {name}" for name, _ in store.incoming_uploads()]
    left += [f"object {sha256}" for _, sha256 in stored - known]
    left += [f"no object {sha256}" for _, sha256 in known - stored]
    return removed, left
