"""Private sets of benchmark questions: seal one, list them, show an auditor a sample. Every opening is in the ledger."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation.actions.private import add_private_set, open_private_set
from evaluation.core.sealing import SealError
from evaluation.models import PrivateSet
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.common.viewer import viewer_of_user

MOST_SHOWN = 20


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        add = commands.add_parser("add", help="seal a file of items (JSON lines); the plain file is yours to remove")
        add.add_argument("name")
        add.add_argument("file", type=Path)
        add.add_argument("--licence", required=True)
        add.add_argument("--actor", default="system", help="who adds it, for the ledger")
        commands.add_parser("list", help="names, sizes and commitments")
        sample = commands.add_parser("sample", help="print some items to an auditor")
        sample.add_argument("name")
        sample.add_argument("--auditor", required=True, help="address of an account with the role of auditor")
        sample.add_argument("--reason", required=True, help="goes into the ledger")
        sample.add_argument("--items", type=int, default=5, help=f"at most {MOST_SHOWN}")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['command']}")(options)
        except (SealError, OSError) as error:
            raise CommandError(str(error)) from error

    def _add(self, options: dict[str, Any]) -> None:
        found = add_private_set(
            options["file"], name=options["name"], licence=options["licence"], actor=options["actor"]
        )
        self.stdout.write(f"{found}: {found.rows} items. In the suite: source: {{kind: private, set: {found}, ")
        self.stdout.write(f"  sha256: {found.sha256}, licence: {found.licence}}}")

    def _list(self, options: dict[str, Any]) -> None:
        for row in PrivateSet.objects.all():
            self.stdout.write(f"{row}  {row.rows} items  {row.sha256}")

    def _sample(self, options: dict[str, Any]) -> None:
        """Refused before the set is opened, where the reader is no auditor."""
        user = User.objects.filter(email=options["auditor"]).first()
        if user is None or not viewer_of_user(user).has_role(Role.AUDITOR):
            raise CommandError(
                f"{options['auditor']} is not the address of an auditor; items are shown to auditors only."
            )
        if not options["reason"].strip() or not 0 < options["items"] <= MOST_SHOWN:
            raise CommandError(f"Give a reason and 1 to {MOST_SHOWN} items.")
        actor = viewer_of_user(user).actor
        plain = open_private_set(options["name"], purpose="sample", actor=actor, reason=options["reason"].strip())
        for line in chosen(plain, seed=f"{options['name']}:{user.pk}", items=options["items"]):
            self.stdout.write(json.dumps(json.loads(line), ensure_ascii=False))


def chosen(plain: bytes, *, seed: str, items: int) -> list[str]:
    """The same ones for the same auditor: asking again shows no other part of the set."""
    lines = [line for line in plain.decode("utf-8").splitlines() if line.strip()]
    return sorted(lines, key=lambda line: hashlib.sha256(f"{seed}:{line}".encode()).digest())[:items]
