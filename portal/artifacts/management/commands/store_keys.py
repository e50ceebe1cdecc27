from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from portal.artifacts.actions import rotate_account_keys
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import AccountKey
from portal.artifacts.stores.masters import add_to_key_file


class Command(BaseCommand):
    help = "Master keys of a sealed store: make one, seal all account keys by the present one, list those in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        new = commands.add_parser("new", help="put a new key in front of a key file")
        new.add_argument("path", type=Path)
        commands.add_parser("rotate", help="seal every account key by the present master key")
        commands.add_parser("list", help="which master keys are needed, and by how many accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['command']}")(options)
        except (ArtifactError, OSError) as error:
            raise CommandError(f"{error} {getattr(error, 'hint', '')}".strip()) from error

    def _new(self, options: dict[str, Any]) -> None:
        key = add_to_key_file(options["path"])
        self.stdout.write(f"{key.name} is now the first key of {options['path']}. Keep a copy where no backup goes.")

    def _rotate(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"{rotate_account_keys(actor='system')} account keys sealed again.")

    def _list(self, options: dict[str, Any]) -> None:
        rows = (
            AccountKey.objects.filter(shredded_at=None).values_list("master").annotate(Count("pk")).order_by("master")
        )
        for master, count in rows:
            self.stdout.write(f"{master}: {count} accounts")
