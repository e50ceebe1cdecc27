"""Compute a release again from its auditor's bundle, and compare every byte with what was committed to."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.results.bundle import BundleError, Sealed, replay
from portal.results.models import Release
from portal.review.scoring import TallyError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("release", type=int, help="number of the release, as in /ops/releases/<number>/")
        parser.add_argument("--bundle", type=Path, help="an auditor's bundle from outside, instead of the stored one")

    def handle(self, *args: Any, **options: Any) -> None:
        release = Release.objects.select_related("content").filter(pk=options["release"]).first()
        if release is None:
            raise CommandError(f"There is no release {options['release']}.")
        text = options["bundle"].read_text(encoding="utf-8") if options["bundle"] else release.content.auditor
        sealed = recomputed(text)
        for name in ("auditor_digest", "public_digest", "root"):
            self.compare(name, getattr(release.content, name), getattr(sealed, name))
        if release.content.public != sealed.public:
            raise CommandError("The public bundle differs from the recomputed one.")
        self.stdout.write(f"tally digest {json.loads(sealed.auditor)['tally']['digest']}")
        self.stdout.write(f"release {release.pk}: the same bytes, root {sealed.root}")

    def compare(self, name: str, stored: str, again: str) -> None:
        if stored != again:
            raise CommandError(f"{name}: the release has {stored}, recomputed {again}.")


def recomputed(text: str) -> Sealed:
    try:
        return replay(json.loads(text))
    except (BundleError, TallyError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise CommandError(f"The auditor's bundle cannot be replayed: {error}") from error
