"""A portal of its own for a measurement: keys, database and store in one folder, server and worker as real processes."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.services import free_port

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "benchmarks.support.settings"
POOL = "portal.config.settings.uploads"  # the processes that only receive parts
START_SECONDS = 300  # machines are shared
WORKER = ("manage.py", "run_worker", "--every", "0.2", "--grace", "0")
RECONCILER = ("manage.py", "reconcile", "--every", "0.5")

Process = subprocess.Popen[bytes]


@dataclass
class Site:
    """`environment` makes any process of the portal belong to it."""

    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str, *command: str, env: Mapping[str, str] | None = None) -> Process:
        with (self.folder / f"{name.replace(' ', '-')}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment | dict(env or {}),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def serve(self, name: str = "server", *, workers: int = 2, threads: int = 8) -> Process:
        """As in docker-compose.yml: the pool that receives parts."""
        sizes = {"WEB_WORKERS": str(workers), "WEB_THREADS": str(threads), "MALLOC_ARENA_MAX": "2"}
        pool = {"DJANGO_SETTINGS_MODULE": POOL, "POOL_OF": SETTINGS, **sizes}
        bind = [
            "--config",
            "python:portal.config.serving",
            "--bind",
            f"127.0.0.1:{self.port}",
            "--log-level",
            "warning",
        ]
        return self.start(name, "-m", "gunicorn", "portal.config.wsgi:application", *bind, env=pool)

    def wait_until_up(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if answers(f"{self.url}/api/uploads/"):
                    return
            time.sleep(0.1)
        raise SystemExit(f"The server did not start; see {self.folder}.")

    def end(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            process.wait(timeout=60)

    def client(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "portal.client.main", *map(str, arguments), "--json"]

    def client_environment(self, token: str, *, home: Path | None = None) -> dict[str, str]:
        own = {"PORTAL_URL": self.url, "PORTAL_TOKEN": token, "HOME": str(home or self.folder), "PYTHONPATH": str(ROOT)}
        return {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **own}

    def ask(self, token: str, *arguments: str | Path) -> dict[str, Any]:
        """The answer of a client's command that must succeed."""
        command = self.client(*arguments)
        done = subprocess.run(command, env=self.client_environment(token), stdout=subprocess.PIPE, check=True)
        return dict(json.loads(done.stdout))


@contextlib.contextmanager
def portal_site(folder: Path, *, environment: Mapping[str, str] | None = None) -> Iterator[Site]:
    """Migrated and with Django set up in this process too; nothing runs yet."""
    own = {"PORTAL_VAR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": SETTINGS, **(environment or {})}
    site = Site(folder, os.environ | own)
    (folder / "var" / "static").mkdir(parents=True)
    os.environ |= own
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    try:
        yield site
    finally:
        site.end()


def token_for(owner: str) -> str:
    from portal.accounts.actions import issue_token
    from portal.accounts.models import User

    user, _ = User.objects.get_or_create(email=f"{owner.replace(':', '-')}@example.org")
    return issue_token(user=user, account_key=owner, scopes=["upload"])[1]


def answers(url: str) -> bool:
    """Without a token the answer is 401, and that is one."""
    try:
        with urllib.request.urlopen(url, timeout=60):  # noqa: S310 - our own server
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
