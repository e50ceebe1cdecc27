"""Play the demonstration headless in a folder of its own: `make demo`. Exits non-zero if any outcome is not the expected one.

The portal is the real one: web server, worker and reconciler are started on loopback and ended afterwards.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
UP_WITHIN = 120  # seconds; for a machine that stands still


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, help="keep everything in this folder instead of a temporary one")
    options = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-demo-") as temporary:
        environment = {**os.environ, "PORTAL_VAR": str(options.var or temporary)}
        code = play(environment)
    print(f"make demo: {time.monotonic() - begin:.0f} s, exit {code}")
    return code


def play(environment: dict[str, str]) -> int:
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run(manage(*command), env=environment, check=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with served(port, environment):
        wait_until_it_answers(address)
        return subprocess.run(
            manage("play_demonstration", "--strict", "--server", address), env=environment, check=False
        ).returncode


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(port: int, environment: dict[str, str]) -> "Iterator[None]":
    log = Path(environment["PORTAL_VAR"]) / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen(manage("serve", "--port", str(port)), env=environment, stdout=output, stderr=output)
    try:
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def wait_until_it_answers(address: str) -> None:
    end = time.monotonic() + UP_WITHIN
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - a fixed http address on loopback
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"The portal did not answer on {address} within {UP_WITHIN} s; see serve.log in its folder.")


if __name__ == "__main__":
    sys.exit(main())
