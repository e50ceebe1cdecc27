import os
import shlex
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.jobs.household import Household, Member


class Command(BaseCommand):
    help = "Serve the whole portal from one machine: web server, job worker and reconciler. Ends them all on SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, default=1, help="job workers; each does one job at a time")
        parser.add_argument(
            "--with",
            action="append",
            default=[],
            dest="commands",
            metavar="COMMAND",
            help="management command to run beside",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_used_port(options["host"], options["port"])
        os.environ.setdefault("PORTAL_URL", f"http://{options['host']}:{options['port']}")  # for the links in letters
        household = Household(members(options["host"], options["port"], options["workers"], options["commands"]))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: household.stopped.set())
        self.stdout.write(f"The portal is served at http://{options['host']}:{options['port']}/ (Ctrl-C ends it).")
        household.run()


def members(host: str, port: int, workers: int, commands: Sequence[str]) -> list[Member]:
    names = ["worker"] if workers == 1 else [f"worker {number + 1}" for number in range(workers)]
    return [
        Member("web", gunicorn(host, port)),
        *(Member(name, manage("run_worker", "--every", "0.5", "--grace", "2")) for name in names),
        Member("reconciler", manage("reconcile", "--every", "2")),
        *(Member(command, manage(*shlex.split(command)), once=True) for command in commands),
    ]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def gunicorn(host: str, port: int) -> list[str]:
    bind, threads = ["--bind", f"{host}:{port}"], ["--worker-class", "gthread", "--threads", "8"]
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "portal.config.wsgi",
        *bind,
        *threads,
        "--graceful-timeout",
        "5",
        "--no-control-socket",
    ]


def refuse_used_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"{host}:{port} cannot be used ({error.strerror}); choose another with PORT=8001."
            ) from error
