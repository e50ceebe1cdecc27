"""Parts that a client sends straight to object storage: what it may send, and what it says it has sent."""

import base64
import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol, cast

from django.db import transaction
from django.utils import timezone

from portal.artifacts.enums import UploadState
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Upload, UploadPart
from portal.artifacts.stores import Incoming, current_store

BATCH = 32  # addresses at once: few enough that none expires before it is used
SECONDS = 900  # until an address expires
QUESTIONS = 8  # to the store at the same time


class Sent(NamedTuple):
    """What a client says it has sent; the ETag is the store's answer to it, empty if it was lost."""

    file: int  # place in the manifest
    number: int
    etag: str


class Outcome(NamedTuple):
    """Parts that were acknowledged now, and those that the store does not have as declared."""

    stored: list[Sent]
    refused: list[Sent]


class SignedPart(Protocol):
    url: str
    headers: dict[str, str]


class DirectStore(Protocol):
    """What a store offers beyond the common interface where its `direct` holds."""

    def sign_part(self, file: Incoming, number: int, *, seconds: int) -> SignedPart: ...

    def received(self, file: Incoming, number: int) -> tuple[int, str, str] | None: ...


def offer_parts(upload: Upload, missing: dict[str, list[int]]) -> list[dict[str, Any]]:
    """Some of the missing parts with an address each, bound to length and digest; none where the portal must see the bytes.

    From a random place onwards, so that two senders of one upload rarely get the same.
    """
    if not missing or upload.state != UploadState.DECLARED or not current_store().direct:
        return []
    store, wanted = _store(), list(_places(upload, missing))
    start = random.randrange(len(wanted))  # noqa: S311 - no secret
    offers = []
    for index, number in (wanted[start:] + wanted[:start])[:BATCH]:
        signed = store.sign_part(Incoming.of(upload, index), number, seconds=SECONDS)
        offers.append({"file": index, "number": number, "url": signed.url, "headers": signed.headers})
    return offers


def confirm_parts(upload: Upload, parts: Iterable[Sent]) -> Outcome:
    """Ask the store about each part, and only then write its row."""
    if not current_store().direct:
        raise ArtifactError(
            "not_direct", "This portal takes the bytes itself.", hint="Send each part to its address of the portal."
        )
    named = list(dict.fromkeys(parts))
    files = {sent.file: _declared(upload, sent) for sent in named}
    with ThreadPoolExecutor(QUESTIONS) as pool:
        there = list(pool.map(lambda sent: _lies_there(files[sent.file], sent), named))
    found = [sent for sent, good in zip(named, there, strict=True) if good]
    return Outcome(_acknowledge(upload, found), [sent for sent, good in zip(named, there, strict=True) if not good])


def _store() -> DirectStore:
    return cast("DirectStore", current_store())


def _places(upload: Upload, missing: dict[str, list[int]]) -> Iterator[tuple[int, int]]:
    for index, entry in enumerate(upload.plan.files):
        for number in missing.get(entry.path, ()):
            yield index, number


def _declared(upload: Upload, sent: Sent) -> Incoming:
    if not 0 <= sent.file < len(upload.plan.files):
        raise ArtifactError("no_such_part", f"The manifest has no file {sent.file}.", hint="Files count from 0.")
    file = Incoming.of(upload, sent.file)
    if not 0 <= sent.number < len(file.parts):
        where = upload.plan.files[sent.file].path
        raise ArtifactError("no_such_part", f"There is no part {sent.number}.", where=where, hint="Parts count from 0.")
    return file


def _lies_there(file: Incoming, sent: Sent) -> bool:
    """With the declared length, and with the declared digest where the store tells one; the check reads all bytes again."""
    found = _store().received(file, sent.number)
    if found is None:
        return False
    size, etag, checksum = found
    expected = base64.b64encode(bytes.fromhex(file.parts[sent.number])).decode()
    same_version = not sent.etag or etag.strip('"') == sent.etag.strip('"')
    return size == file.span(sent.number)[1] and checksum in {"", expected} and same_version


@transaction.atomic
def _acknowledge(upload: Upload, found: list[Sent]) -> list[Sent]:
    """The upload may have been closed while the bytes travelled, so its state is read again under the lock."""
    locked = Upload.objects.select_for_update().only("state").get(pk=upload.pk)
    if locked.state != UploadState.DECLARED:
        raise ArtifactError("not_open", f"This upload is {locked.state}.", hint="Declare the files again.")
    present = set(upload.parts.values_list("index", "number"))
    new = [sent for sent in found if (sent.file, sent.number) not in present]
    UploadPart.objects.bulk_create([UploadPart(upload=upload, index=sent.file, number=sent.number) for sent in new])
    if new:
        now = timezone.now()
        Upload.objects.filter(pk=upload.pk).update(active_at=now, received_at=now)
    return new
