from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.artifacts.actions.moving import check_objects
from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores import current_store


class Command(BaseCommand):
    help = "Read every object of the store and compare its SHA-256 with its name."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tally = check_objects(current_store())
        except ArtifactError as error:
            raise CommandError(f"{error} {error.hint}") from error
        self.stdout.write(f"{tally.present} objects hash to their names.")
        if tally.faults:
            raise CommandError("\n".join([f"{len(tally.faults)} objects do not:", *tally.faults]))
