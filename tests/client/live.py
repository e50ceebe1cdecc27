"""The real server (gunicorn) and the real client, each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from portal.accounts.actions import issue_token
from portal.accounts.models import User
from tests.servers import wait_until_up
from tools.services import free_port

ROOT = Path(__file__).resolve().parents[2]


class LivePortal(NamedTuple):
    """A server, and the account that speaks to it."""

    url: str
    server: subprocess.Popen[bytes]
    settings: dict[str, str]
    owner: str = ""
    token: str = ""
    home: Path = Path()

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of Django's, so that an accidental import would fail."""
        keep = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
        return {
            **keep,
            "HOME": str(self.home),
            "PORTAL_URL": self.url,
            "PORTAL_TOKEN": self.token,
            "PYTHONUTF8": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), keep.get("PYTHONPATH", "")]),
        }

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "portal.client.main", *map(str, arguments), "--json"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, cwd=self.home, stdout=pipe, stderr=pipe, text=True)

    def run(self, *arguments: str | Path) -> dict[str, Any]:
        """The result of a command that must succeed."""
        process = self.start(*arguments)
        out, err = process.communicate()
        assert process.returncode == 0, err
        return json.loads(out)

    def fail(self, *arguments: str | Path) -> str:
        """What a command that must fail tells the person."""
        process = self.start(*arguments)
        _, err = process.communicate()
        assert process.returncode == 1, err
        assert "Traceback" not in err
        return err


@contextmanager
def live_portal(environment: dict[str, str]) -> Iterator[LivePortal]:
    """Serve the database and store that the environment names."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "portal.config.wsgi:application", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--threads", "8", "--workers", "1", "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, **environment}, cwd=ROOT)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/api/uploads/", server)
        yield LivePortal(f"http://127.0.0.1:{port}", server, environment)
    finally:
        server.terminate()
        server.wait(timeout=60)


def make_token(*, owner: str) -> str:
    user, _ = User.objects.get_or_create(email=f"{owner.replace(':', '-')}@example.org")
    return issue_token(user=user, account_key=owner, scopes=["upload"])[1]
