"""Making one object of many pieces: inside the bucket from parts that lie there, or from a stream."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from portal.artifacts.stores.bucket import Bucket, NotThere, store_errors
from portal.artifacts.stores.plans import MOST_PARTS
from portal.artifacts.stores.ranged import Piece, changed
from portal.common.formats.manifest import MIB

COPIES = 8  # at the same time
SENDS = 3  # at the same time
BUFFER = 16 * MIB  # of a stream, in memory for each of them: a piece that fails is sent again


def assemble(bucket: Bucket, pieces: Sequence[Piece], *, target: str) -> None:
    """Glue these versions of the pieces together without moving a byte out of the bucket; it appears at once.

    Also when it is there already: its age starts again.
    """
    if any(not piece.name for piece in pieces):
        raise changed(target)
    try:
        if len(pieces) == 1:
            with store_errors():
                bucket.client.copy_object(**bucket.target(target), **_source(bucket, pieces[0]))
            return
        with multipart(bucket, target) as (upload_id, done), ThreadPoolExecutor(COPIES) as pool:
            numbers = range(1, len(pieces) + 1)
            done.extend(pool.map(lambda number: _copy(bucket, target, upload_id, pieces[number - 1], number), numbers))
    except NotThere as error:
        raise changed(target) from error


def send_parts(bucket: Bucket, chunks: Iterable[bytes], *, size: int, target: str) -> None:
    """Store a stream of known size as one object; what `chunks` raises leaves nothing behind."""
    step = max(BUFFER, -(-size // MOST_PARTS // MIB) * MIB)
    buffers = _buffered(chunks, step)
    if size <= step:
        bucket.put(target, b"".join(buffers))
        return
    with multipart(bucket, target) as (upload_id, done), ThreadPoolExecutor(SENDS) as pool:
        waiting: deque[Future[dict[str, Any]]] = deque()
        for number, data in enumerate(buffers, start=1):
            if len(waiting) == SENDS:
                done.append(waiting.popleft().result())
            waiting.append(pool.submit(_send, bucket, target, upload_id, data, number))
        done.extend(sending.result() for sending in waiting)


@contextmanager
def multipart(bucket: Bucket, target: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Begin an object of several pieces; complete it at the end of the block, or abort it."""
    with store_errors():
        answer = bucket.client.create_multipart_upload(**bucket.target(target))
    upload_id, done = str(answer["UploadId"]), list[dict[str, Any]]()
    try:
        yield upload_id, done
    except BaseException:
        bucket.abort(target, upload_id)
        raise
    parts = {"UploadId": upload_id, "MultipartUpload": {"Parts": done}}
    try:
        with store_errors():
            bucket.client.complete_multipart_upload(**bucket.target(target), **parts)
    except NotThere:  # a repeated request after a lost answer: done already, or aborted by somebody
        bucket.head(target)


def _send(bucket: Bucket, target: str, upload_id: str, data: bytes, number: int) -> dict[str, Any]:
    with store_errors():
        answer = bucket.client.upload_part(**bucket.target(target), UploadId=upload_id, PartNumber=number, Body=data)
    return {"PartNumber": number, "ETag": answer["ETag"]}


def _copy(bucket: Bucket, target: str, upload_id: str, piece: Piece, number: int) -> dict[str, Any]:
    with store_errors():
        answer = bucket.client.upload_part_copy(
            **bucket.target(target), UploadId=upload_id, PartNumber=number, **_source(bucket, piece)
        )
    return {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}


def _source(bucket: Bucket, piece: Piece) -> dict[str, Any]:
    """Only the version that was read."""
    return {"CopySource": bucket.target(piece.name), "CopySourceIfMatch": piece.etag}


def _buffered(chunks: Iterable[bytes], step: int) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= step:
            yield bytes(buffer[:step])
            del buffer[:step]
    if buffer:
        yield bytes(buffer)
