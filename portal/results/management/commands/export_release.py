"""Write a release to a folder: the public files with the verifier, and bundle.json for portal.review.scoring.

With --auditor also the auditor's bundle, which names people and single scores (mode 0600).
"""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.common.formats.canonical import canonical_json
from portal.results.models import Release
from portal.results.publication import write_files


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("release", type=int)
        parser.add_argument("-o", "--output", type=Path, required=True, help="folder, made when missing")
        parser.add_argument("--auditor", action="store_true", help="also write auditor.json")

    def handle(self, *args: Any, **options: Any) -> None:
        release = Release.objects.select_related("content", "phase__programme").filter(pk=options["release"]).first()
        if release is None:
            raise CommandError(f"There is no release {options['release']}.")
        folder: Path = options["output"]
        write_files(release, folder / "public")
        tally = json.loads(release.content.auditor)["tally"]
        write_private(folder / "bundle.json", canonical_json(tally["input"]))
        if options["auditor"]:
            write_private(folder / "auditor.json", release.content.auditor.encode())
        self.stdout.write(
            f"{folder / 'public'}: public files; python3 verify_release.py . --root {release.content.root}"
        )
        self.stdout.write(f"{folder / 'bundle.json'}: python -m portal.review.scoring gives {tally['digest']}")


def write_private(path: Path, data: bytes) -> None:
    """The tally's input shows single sheets, so only the owner of the file may read it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
