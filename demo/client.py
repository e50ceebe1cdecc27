"""`portal-upload` in a process of its own, as a team runs it."""

import os
import subprocess
import sys
from pathlib import Path

from demo import cast
from demo.stage import Stage, UnexpectedOutcomeError
from portal.accounts.actions import issue_token

ROOT = Path(__file__).parents[1]


class Client:
    """The client of one team, with a token of a day."""

    def __init__(self, stage: Stage, team: cast.Team, *, draft: str = "") -> None:
        account = stage.entry(team).consortium.account_key
        user = stage.user(team.manager)
        _token, secret = issue_token(user=user, account_key=account, scopes={"upload"}, label="demonstration", days=1)
        self.draft = draft
        self.environment = {**os.environ, "PORTAL_TOKEN": secret, "PORTAL_URL": stage.server}

    def push(self, path: str, role: str, *options: str) -> None:
        self.run("push", path, "--submission", self.draft, "--role", role, *options)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "portal.client.main", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        if done.returncode != 0:
            raise UnexpectedOutcomeError(f"portal-upload {arguments[0]}: {done.stderr.strip()[-500:]}")
        return done.stdout
