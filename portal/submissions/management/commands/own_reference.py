from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from originality.actions import own_reference
from originality.models import Reference
from portal.consortia.models import Consortium


class Command(BaseCommand):
    help = (
        "Write down whose own earlier model a reference is: where that team declares it, common origin is own lineage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="its name in the registry")
        owner = parser.add_mutually_exclusive_group(required=True)
        owner.add_argument("--consortium", metavar="SLUG")
        owner.add_argument("--nobody", action="store_true", help="take it back")

    def handle(self, *args: Any, **options: Any) -> None:
        reference = Reference.objects.filter(name=options["reference"]).first()
        if reference is None:
            raise CommandError(f"No reference is called {options['reference']!r}.")
        account = "" if options["nobody"] else self._account(options["consortium"])
        own_reference(reference, account=account, actor="system")
        self.stdout.write(f"{reference.name}: {account or 'nobody'}")

    def _account(self, slug: str) -> str:
        consortium = Consortium.objects.filter(slug=slug).first()
        if consortium is None:
            raise CommandError(f"No consortium is called {slug!r}.")
        return consortium.account_key
