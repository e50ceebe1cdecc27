from typing import Any

from django.core.management.base import BaseCommand

from portal.artifacts.actions import collect_store, expire_uploads


class Command(BaseCommand):
    help = "Close uploads that have gone quiet and remove files to which nothing refers."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{expire_uploads()} uploads expired, {collect_store()} leftovers removed.")
