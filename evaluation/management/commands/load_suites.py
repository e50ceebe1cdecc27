from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.actions import load_shipped_suites
from evaluation.core.errors import InputError
from evaluation.errors import SuiteChangedError


class Command(BaseCommand):
    help = "Load every suite that comes with the portal; doing it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            suites = load_shipped_suites()
        except (InputError, SuiteChangedError) as error:
            raise CommandError(str(error)) from error
        for suite in suites:
            self.stdout.write(f"{suite}  {suite.digest}")
