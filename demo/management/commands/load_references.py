import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.packaged import PACKAGED, Packaged
from originality.actions import add_reference, make_baselines
from originality.core.errors import InputError
from originality.models import Reference


class Command(BaseCommand):
    help = "Build the small registry of real references from the model packages that are installed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these references")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [item for item in PACKAGED if not options["only"] or item.name in options["only"]]
        if unknown := set(options["only"]) - {item.name for item in PACKAGED}:
            raise CommandError(f"No packaged reference is called {', '.join(sorted(unknown))}.")
        for item in wanted:
            self._load(item)
        baseline = make_baselines()
        self.stdout.write(f"nulls of {len(baseline.document['kinds'])} kinds of score, registry {baseline}")

    def _load(self, item: Packaged) -> None:
        if Reference.objects.filter(name=item.name).exists():
            self.stdout.write(f"{item.name}: already in the registry")
            return
        with tempfile.TemporaryDirectory() as folder:
            model = item.write(Path(folder) / "model")
            if model is None:
                self.stdout.write(f"{item.name}: {item.package} is not installed, left out")
                return
            try:
                reference = add_reference(
                    model,
                    name=item.name,
                    source=f"pypi:{item.package}",
                    revision=item.revision,
                    licence=item.licence,
                    public_since=date.fromisoformat(item.public_since),
                    actor="system",
                    descends_from=Reference.objects.filter(name=item.parent).first(),
                )
            except InputError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{item.name}: {reference.parameters:,} parameters, content {reference.digest[:12]}")
