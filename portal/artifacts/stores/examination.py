"""Does this object storage keep what our promises rest on? Asked of the bucket itself, with bytes of our own."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

import urllib3

from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores.assembly import assemble, multipart
from portal.artifacts.stores.bucket import Bucket, NotThere, store_errors, versioned
from portal.artifacts.stores.ranged import Piece, open_pieces

SECONDS = 60
BYTES = b"The same bytes come back." * 40
OTHER = BYTES[::-1]
REFUSED = 400  # status of an answer, and all above
NO_DIRECT = "Set OBJECT_STORE_DIRECT=0, so that every byte passes through the portal."


class Finding(NamedTuple):
    """`level` is "ok", "warn" (safe with the hint) or "fail" (not usable)."""

    level: str
    what: str
    hint: str = ""


class Question(NamedTuple):
    what: str
    ask: Callable[[Bucket, str], bool]
    level: str  # if the answer is no
    hint: str


def examine(bucket: Bucket) -> Iterator[Finding]:
    """Everything it writes lies below a name of its own and is removed at the end."""
    folder = f"incoming/examination-{secrets.token_hex(8)}"
    try:
        for question in QUESTIONS:
            yield _answer(bucket, folder, question)
        kept = versioned(bucket.access)
        yield Finding(
            "ok", "keeps former versions; destruction removes them too" if kept else "keeps no former versions"
        )
    finally:
        with suppress(ArtifactError):  # a bucket that cannot be listed was told above
            bucket.delete_all([item.key for item in bucket.items(f"{folder}/")])


def _answer(bucket: Bucket, folder: str, question: Question) -> Finding:
    try:
        good = question.ask(bucket, folder)
    except (ArtifactError, NotThere) as error:
        return Finding("fail", f"{question.what}: {error}", question.hint)
    return Finding("ok", question.what) if good else Finding(question.level, f"NOT: {question.what}", question.hint)


def _keeps(bucket: Bucket, folder: str) -> bool:
    name = f"{folder}/part"
    if _send(bucket, name, BYTES) >= REFUSED:
        return False
    with open_pieces(bucket, [Piece(name, len(BYTES))]) as stream:
        stream.seek(100)
        return stream.read() == BYTES[100:]


def _compares_digests(bucket: Bucket, folder: str) -> bool:
    return _send(bucket, f"{folder}/wrong", OTHER) >= REFUSED


def _checks_signatures(bucket: Bucket, folder: str) -> bool:
    return _send(bucket, f"{folder}/longer", BYTES + b"!") >= REFUSED


def _reads_one_version(bucket: Bucket, folder: str) -> bool:
    try:
        bucket.get(f"{folder}/part", start=0, end=1, etag='"0"').close()
    except NotThere:
        return True
    return False


def _copies_one_version(bucket: Bucket, folder: str) -> bool:
    """Both ways in which files are made: of one part, and of several."""
    return all(_refuses(bucket, folder, count) for count in (1, 2))


def _refuses(bucket: Bucket, folder: str, count: int) -> bool:
    piece = Piece(f"{folder}/part", len(BYTES), '"0"')
    try:
        assemble(bucket, [piece] * count, target=f"{folder}/copy")
    except ArtifactError as error:
        return error.code == "store_changed"
    return False


def _glues(bucket: Bucket, folder: str) -> bool:
    (part,) = (item for item in bucket.items(f"{folder}/part"))
    assemble(bucket, [Piece(part.key, part.size, part.etag)], target=f"{folder}/one")
    with multipart(bucket, f"{folder}/several") as (upload_id, done), store_errors():
        answer = bucket.client.upload_part_copy(
            **bucket.target(f"{folder}/several"), UploadId=upload_id, PartNumber=1, CopySource=bucket.target(part.key)
        )
        done.append({"PartNumber": 1, "ETag": answer["CopyPartResult"]["ETag"]})
    return all(_digest(bucket, f"{folder}/{name}") == hashlib.sha256(BYTES).hexdigest() for name in ("one", "several"))


def _digest(bucket: Bucket, name: str) -> str:
    with open_pieces(bucket, [Piece(name, int(bucket.head(name)["ContentLength"]))]) as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def _send(bucket: Bucket, name: str, body: bytes) -> int:
    """Status of a body sent to an address that was signed for BYTES."""
    sha256 = hashlib.sha256(BYTES).hexdigest()
    signed = bucket.sign_put(name, length=len(BYTES), sha256=sha256, seconds=SECONDS, public=False)
    with store_errors():
        return urllib3.request("PUT", signed.url, body=body, headers=signed.headers, retries=False, timeout=30).status


QUESTIONS = (
    Question("takes a part and gives back its spans", _keeps, "fail", "Check address, bucket, key and rights."),
    Question(
        "glues parts together inside the bucket", _glues, "fail", "The portal needs CopyObject and UploadPartCopy."
    ),
    Question("reads one version of an object only", _reads_one_version, "fail", "The portal needs If-Match."),
    Question("refuses a body of another length than was signed", _checks_signatures, "warn", NO_DIRECT),
    Question(
        "compares SHA-256 while it receives", _compares_digests, "warn", "Wrong bytes are found at completion instead."
    ),
    Question("copies one version of an object only", _copies_one_version, "warn", NO_DIRECT),
)
