from typing import Any

from django.core.management.base import BaseCommand

from portal.artifacts.actions import collect_store, expire_uploads


class Command(BaseCommand):
    help = "Close uploads that have gone quiet and remove files to which nothing refers."

    def handle(self, *args: Any, **options: Any) -> None:
        expired, removed = expire_uploads(), collect_store()
        self.stdout.write(
            f"{expired} uploads expired; removed: {removed.leftovers} leftovers, {removed.blobs} unused files, "
            f"{removed.objects} objects and {removed.keys} keys without a file."
        )
