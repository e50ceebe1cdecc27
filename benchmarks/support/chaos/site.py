"""PostgreSQL that is stopped at once, Redis without persistence, a small disk, the tables and the processes."""

import contextlib
import logging
import os
import random
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.support.chaos.faults import Scene
from benchmarks.support.chaos.fleet import Fleet
from benchmarks.support.restartable import Restartable
from tools import services

SMALL_DISK = "1m"
SETTINGS = "tests.jobs.process_settings"


@contextlib.contextmanager
def site(seed: int) -> Iterator[Scene]:
    database_port, redis_port = services.free_port(), services.free_port()
    with services.temporary_folder() as folder, small_disk(folder / "small") as small:
        url = make_database(folder / "pg", database_port)
        database = Restartable(
            lambda: services.postgresql_server(folder / "pg", database_port, ending=signal.SIGQUIT), down=1
        )
        broker = Restartable(lambda: services.redis(folder / "redis", port=redis_port, ending=signal.SIGKILL), down=1)
        prepare_django({"DATABASE_URL": url, "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0"}, folder=folder)
        fleet = Fleet(os.environ, small=small)
        try:
            yield Scene(fleet, random.Random(seed), {"Redis": broker, "PostgreSQL": database})
        finally:
            fleet.end()
            broker.stack.close()
            database.stack.close()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of its own in memory; None where this user may not mount one."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    try:
        yield None if made.returncode else folder
    finally:
        if not made.returncode:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


def make_database(folder: Path, port: int) -> str:
    with services.postgresql(folder, port=port) as url:
        return url


def prepare_django(env: Mapping[str, str], *, folder: Path) -> None:
    """This process and all that it starts see the same database, broker and folders."""
    own = {"PORTAL_VAR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": SETTINGS, "OMP_NUM_THREADS": "1"}
    os.environ |= {**env, **own}
    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.WARNING)  # a line per job and per message that no broker took
    call_command("migrate", verbosity=0)
