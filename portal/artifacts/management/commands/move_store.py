from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.artifacts.actions.moving import copy_store, remove_copied
from portal.artifacts.errors import ArtifactError
from portal.artifacts.stores import named_store
from portal.artifacts.stores.choice import KINDS, present_kind


class Command(BaseCommand):
    help = (
        "Copy all objects into another kind of store, comparing each digest. Run it again to go on, or to take what came "
        "meanwhile; then change the settings, run it once more, and at last with --remove."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="source", choices=KINDS, required=True)
        parser.add_argument("--to", dest="target", choices=KINDS, help="the present settings' kind if not given")
        parser.add_argument("--remove", action="store_true", help="empty the source of what the target has")

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["target"] or present_kind()
        if target == options["source"]:
            raise CommandError(f"Both stores are {target!r}: name two.")
        try:
            self._move(options["source"], target, remove=options["remove"])
        except ArtifactError as error:
            raise CommandError(f"{error} {error.hint}") from error

    def _move(self, source_kind: str, target_kind: str, *, remove: bool) -> None:
        source, target = named_store(source_kind), named_store(target_kind)
        tally = copy_store(source, target)
        if remove:
            remove_copied(source, target, tally=tally)
        self.stdout.write(
            f"{tally.copied} objects copied ({tally.copied_bytes} bytes), {tally.present} were there, "
            f"{tally.removed} removed from {source_kind}."
        )
        if tally.faults:
            raise CommandError("\n".join([f"{len(tally.faults)} objects were not copied:", *tally.faults]))
