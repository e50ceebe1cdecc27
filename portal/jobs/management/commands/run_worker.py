import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.jobs.capabilities import parse
from portal.jobs.worker.loop import Worker


class Command(BaseCommand):
    help = "Do waiting jobs, polling the database; needs no broker. SIGTERM ends it, handing back what does not end in time."

    def add_arguments(self, parser: CommandParser) -> None:
        amount = parser.add_mutually_exclusive_group()
        amount.add_argument("--once", action="store_true", help="do at most one job")
        amount.add_argument("--drain", action="store_true", help="end when nothing waits for a worker like this one")
        parser.add_argument(
            "--capabilities", default="", help="what this worker offers beyond the machine's own: cpu,gpus=2"
        )
        parser.add_argument(
            "--gpus", default=settings.JOBS_GPUS, help="cards it may use: 0,1 (else all that no other worker has taken)"
        )
        parser.add_argument("--every", type=float, default=1.0, help="seconds between two looks at an empty queue")
        parser.add_argument("--grace", type=float, default=10.0, help="seconds a child may go on after SIGTERM")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            worker = Worker(offers=parse(options["capabilities"]), grace=options["grace"], gpus=options["gpus"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.stop)
        try:
            if options["once"]:
                worker.run_one()
            else:
                worker.poll(every=options["every"], drain=options["drain"])
        finally:
            worker.close()
