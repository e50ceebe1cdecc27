"""Another upload server from a registry, tuspyserver, and the shortest client for it.

    TUS_FOLDER=DIR python -m uvicorn benchmarks.support.tus_peer:app --port PORT
    python -m benchmarks.support.tus_peer PORT FOLDER [--jobs 4] [--span BYTES]

tus sends the parts of a file one after another, so the client sends several files at a time. The server keeps no digest
and flushes nothing to the disk.
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3

CHUNK = 1 << 20
HEADERS = {"Tus-Resumable": "1.0.0"}


def app() -> Any:
    """The ASGI application (`uvicorn --factory`)."""
    from fastapi import FastAPI
    from tuspyserver import create_tus_router

    application = FastAPI()
    application.include_router(create_tus_router(files_dir=os.environ["TUS_FOLDER"], max_size=1 << 50))
    return application


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--span", type=int, default=64 * CHUNK)
    options = parser.parse_args()
    pool = urllib3.PoolManager(maxsize=options.jobs, block=True, blocksize=CHUNK, retries=False)
    files = [path for path in sorted(options.folder.rglob("*")) if path.is_file()]
    with ThreadPoolExecutor(options.jobs) as threads:
        tasks = [threads.submit(send, pool, options.port, path, span=options.span) for path in files]
        for task in tasks:
            task.result()
    return 0


def send(pool: urllib3.PoolManager, port: int, path: Path, *, span: int) -> None:
    size = path.stat().st_size
    made = pool.request(
        "POST",
        f"http://127.0.0.1:{port}/files/",
        headers={**HEADERS, "Upload-Length": str(size), "Content-Length": "0"},
    )
    assert made.status == 201, made.data
    with path.open("rb") as source:
        for offset in range(0, size, span):
            length = min(span, size - offset)
            headers = {
                **HEADERS,
                "Upload-Offset": str(offset),
                "Content-Length": str(length),
                "Content-Type": "application/offset+octet-stream",
            }
            answer = pool.request("PATCH", made.headers["Location"], body=Bounded(source, length), headers=headers)
            assert answer.status == 204, answer.data


class Bounded:
    """The next `left` bytes of a file, as a request body."""

    def __init__(self, source: Any, left: int) -> None:
        self.source, self.left = source, left

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.source.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data


if __name__ == "__main__":
    sys.exit(main())
