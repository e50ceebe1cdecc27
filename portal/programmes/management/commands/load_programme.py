from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.programmes.actions import load_programme
from portal.programmes.errors import ProgrammeError
from portal.programmes.ruleset import RuleSetError


class Command(BaseCommand):
    help = "Load a programme file with its phases and rule sets; loading it again changes nothing that is frozen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="such as programmes/demonstration.yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            programme = load_programme(options["path"])
        except (RuleSetError, ProgrammeError) as error:
            raise CommandError(f"{options['path']}: {error}") from error
        for phase in programme.phases.select_related("ruleset"):
            rules = phase.ruleset
            self.stdout.write(
                f"{phase.slug}: {phase.state}, rules v{rules.version} {rules.digest}" if rules else phase.slug
            )
