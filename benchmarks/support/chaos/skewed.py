"""A polling worker whose clock is wrong: python -m benchmarks.support.chaos.skewed SECONDS."""

import os
import sys
from datetime import datetime, timedelta


def main(seconds: float) -> None:
    import django
    from django.utils import timezone

    right = timezone.now

    def wrong() -> datetime:
        return right() + timedelta(seconds=seconds)

    timezone.now = wrong
    django.setup()
    from django.core.management import call_command

    call_command("run_worker", "--every", "0.2", "--grace", "0")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.jobs.process_settings")
    main(float(sys.argv[1]))
