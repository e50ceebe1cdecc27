"""The floor: files over plain sockets in spans, each hashed and flushed by the receiver before it answers with the digest.

python -m benchmarks.support.raw_socket serve PORT FOLDER
python -m benchmarks.support.raw_socket send PORT FOLDER [--jobs 4] [--span BYTES]
"""

import argparse
import hashlib
import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

CHUNK = 1 << 20
REQUEST = struct.Struct("!IQQ")  # file, offset, length
DIGEST = 32


class Span(NamedTuple):
    file: int
    path: Path
    offset: int
    length: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("serve", "send"))
    parser.add_argument("port", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--span", type=int, default=64 * CHUNK)
    options = parser.parse_args()
    if options.what == "serve":
        serve(options.port, options.folder)
    else:
        send(options.port, options.folder, jobs=options.jobs, span=options.span)
    return 0


def serve(port: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=receive, args=(connection, folder), daemon=True).start()


def receive(connection: socket.socket, folder: Path) -> None:
    buffer = memoryview(bytearray(CHUNK))
    with connection:
        while head := connection.recv(REQUEST.size, socket.MSG_WAITALL):
            file, offset, length = REQUEST.unpack(head)
            descriptor = os.open(folder / str(file), os.O_RDWR | os.O_CREAT, 0o600)
            connection.sendall(receive_span(connection, descriptor, buffer, offset=offset, length=length))
            os.close(descriptor)


def receive_span(connection: socket.socket, descriptor: int, buffer: memoryview, *, offset: int, length: int) -> bytes:
    digest, done = hashlib.sha256(), 0
    os.posix_fallocate(descriptor, offset, length)
    while done < length:
        count = connection.recv_into(buffer, min(CHUNK, length - done))
        if not count:
            raise ConnectionError("the sender went away")
        digest.update(buffer[:count])
        os.pwrite(descriptor, buffer[:count], offset + done)
        done += count
    os.fdatasync(descriptor)
    return digest.digest()


def send(port: int, folder: Path, *, jobs: int, span: int) -> None:
    local = threading.local()

    def send_span(item: Span) -> None:
        if not hasattr(local, "connection"):
            local.connection = socket.create_connection(("127.0.0.1", port))
        local.connection.sendall(REQUEST.pack(item.file, item.offset, item.length))
        with item.path.open("rb") as source:
            local.connection.sendfile(source, item.offset, item.length)
        answer = local.connection.recv(DIGEST, socket.MSG_WAITALL)
        assert len(answer) == DIGEST

    with ThreadPoolExecutor(jobs) as pool:
        for _ in pool.map(send_span, spans_of(folder, span=span)):
            pass


def spans_of(folder: Path, *, span: int) -> Iterator[Span]:
    for number, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file())):
        size = path.stat().st_size
        for offset in range(0, size, span):
            yield Span(number, path, offset, min(span, size - offset))


if __name__ == "__main__":
    sys.exit(main())
