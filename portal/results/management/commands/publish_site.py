"""Build, verify and swap in the static copy of all public releases again, for instance after a failed build."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.results.publication import publish_site


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{publish_site()} is current")
