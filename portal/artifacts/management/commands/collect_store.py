import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connections

from portal.artifacts.actions import collect_store, expire_uploads
from portal.artifacts.errors import ArtifactError


class Command(BaseCommand):
    help = "Close uploads that have gone quiet and remove files to which nothing refers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=float, help="go on and do it again after so many seconds; once if not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"] is None:
            self.collect()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self.try_to_collect()
            stop.wait(options["every"])

    def try_to_collect(self) -> None:
        """A database or a bucket that is away for a while is no reason to end."""
        try:
            self.collect()
        except (CommandError, OperationalError, InterfaceError) as error:
            self.stderr.write(f"Not collected: {error}")
            connections.close_all()

    def collect(self) -> None:
        try:
            expired, removed = expire_uploads(), collect_store()
        except ArtifactError as error:
            raise CommandError(f"{error} {error.hint}") from error
        self.stdout.write(
            f"{expired} uploads expired; removed: {removed.leftovers} leftovers, {removed.blobs} unused files, "
            f"{removed.objects} objects and {removed.keys} keys without a file."
        )
