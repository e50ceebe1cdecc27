"""A portal on a free port of this machine with a folder of its own, ended with the block."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.migrated import copy_migrated

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


def migrated(var: Path) -> Path:
    """A folder with an empty, migrated database."""
    var.mkdir(parents=True, exist_ok=True)
    _python("tools/messages.py", "compile", environment=_environment(var))
    copy_migrated(var / "portal.sqlite3")
    return var


def built_pages(var: Path, app: str) -> list[dict[str, Any]]:
    """The pages of one app, their rows made in the database of `var`."""
    return json.loads(in_portal(var, "-m", "tests.e2e.world", app))


def in_portal(var: Path, *arguments: str) -> str:
    """What a Python program prints that works on the data in `var`."""
    return _python(*arguments, environment=_environment(var))


def _gunicorn(port: int) -> list[str]:
    return ["gunicorn", "portal.config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads=4"]


@contextmanager
def portal(var: Path, *, module: Callable[[int], list[str]] = _gunicorn) -> Iterator[str]:
    """The address of a server over the data in `var`; `module` is what `python -m` serves on a port."""
    port = _free_port()
    command = [sys.executable, "-m", *module(port)]
    environment = {**_environment(var), "PORTAL_URL": f"http://127.0.0.1:{port}"}
    with (var / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/accounts/login/", server, var / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


@contextmanager
def worker(var: Path) -> Iterator[None]:
    """A worker over the data in `var`, doing what waits until the block ends."""
    command = [sys.executable, "manage.py", "run_worker", "--every", "0.2", "--grace", "0"]
    with (var / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=_environment(var), stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _environment(var: Path) -> dict[str, str]:
    """That of this process, but for the folder."""
    settings = os.environ.get("DJANGO_SETTINGS_MODULE", "portal.config.settings.embedded")
    return {**os.environ, "PORTAL_VAR": str(var), "DJANGO_SETTINGS_MODULE": settings}


def _python(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5)  # noqa: S310 - our own address
        except urllib.error.HTTPError:
            return  # it answers; what it answers is for the walk to judge
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The server did not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")
