import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from portal.jobs.actions import Report, reconcile
from portal.jobs.worker.attempt import DATABASE_AWAY


class Command(BaseCommand):
    help = "Take back jobs of silent workers, send lost messages again and run the steps that act on finished jobs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one pass; fails if a step failed")
        parser.add_argument("--every", type=float, default=5.0, help="seconds between two passes")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            report = reconcile()
            self.show(report)
            if report.broken_steps:
                raise CommandError(f"These steps failed, see the log: {', '.join(report.broken_steps)}")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self.one_pass()
            stop.wait(options["every"])

    def one_pass(self) -> None:
        try:
            report = reconcile()
        except DATABASE_AWAY as error:
            self.stderr.write(f"The database does not answer ({error}); trying again.")
            connections.close_all()
            return
        if report.changed:
            self.show(report)

    def show(self, report: Report) -> None:
        self.stdout.write(
            f"leases expired {report.expired}, overdue {report.overdue}, messages sent {report.sent}, steps {report.steps}"
        )
