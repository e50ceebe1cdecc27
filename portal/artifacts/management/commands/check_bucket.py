from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.artifacts.errors import ArtifactError


class Command(BaseCommand):
    help = "Try out the bucket that the settings name: what does this object storage hold of what the portal relies on?"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.OBJECT_STORE["bucket"]:
            raise CommandError("The settings name no bucket. Set OBJECT_STORE_BUCKET (docs/object-storage.md).")
        from portal.artifacts.stores.bucket import Access, Bucket  # boto3 is for those who use a bucket
        from portal.artifacts.stores.examination import examine

        failed = 0
        try:
            for finding in examine(Bucket(Access(**settings.OBJECT_STORE))):
                failed += finding.level == "fail"
                hint = f"  {finding.hint}" if finding.level != "ok" else ""
                self.stdout.write(f"{finding.level:<5}{finding.what}{hint}")
        except ArtifactError as error:
            raise CommandError(f"{error} {error.hint}") from error
        if failed:
            raise CommandError(f"{failed} of the questions failed: this bucket cannot be used as it is.")
