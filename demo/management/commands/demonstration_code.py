"""Print the one-time code of the demonstration's accounts for this half minute."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.management.base import BaseCommand

from demo.cast import TOTP_SECRET


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        counter = next(iter(yield_hotp_counters_from_time()))
        self.stdout.write(
            f"{format_hotp_value(hotp_value(TOTP_SECRET, counter))} (valid {30 - int(time.time()) % 30} s)"
        )
