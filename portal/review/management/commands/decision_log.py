"""`manage.py decision_log PROGRAMME`: what was decided, line by line, for the file and for comparison."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.programmes.models import Programme
from portal.review.selectors.decision_log import decision_log


class Command(BaseCommand):
    help = "Print the decision log of a programme: one line per decision, without ids and hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="the programme's short name in addresses")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = Programme.objects.filter(slug=options["programme"]).first()
        if programme is None:
            known = ", ".join(Programme.objects.order_by("slug").values_list("slug", flat=True)) or "-"
            raise CommandError(f"There is no programme {options['programme']!r}; known are: {known}.")
        for line in decision_log(programme):
            self.stdout.write(str(line))
