from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from originality.actions.withheld import TextError, retire_text, withhold_text
from originality.models import WithheldText


class Command(BaseCommand):
    help = "Texts on which the loss of checkpoints is measured again. No team sees them; adding and retiring stand in the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        add = steps.add_parser("add", help="keep a text in the store")
        add.add_argument("file", type=Path, help="UTF-8, 4 KiB to 4 MiB")
        add.add_argument("--name", required=True)
        add.add_argument("--language", required=True, help="as in ko or en")
        add.add_argument("--source", required=True, help="where it comes from, and why no model has seen it")
        retire = steps.add_parser("retire", help="plan it for no new run")
        retire.add_argument("name")
        retire.add_argument("--reason", required=True)
        steps.add_parser("list", help="all texts, retired ones marked")

    def handle(self, *args: Any, **options: Any) -> None:
        step: str = options["step"]
        {"add": self._add, "retire": self._retire, "list": self._list}[step](options)

    def _add(self, options: dict[str, Any]) -> None:
        fields = {key: options[key] for key in ("name", "language", "source")}
        try:
            row = withhold_text(options["file"], **fields, actor="system")
        except TextError as error:
            raise CommandError(str(error)) from error
        self._line(row)

    def _retire(self, options: dict[str, Any]) -> None:
        row = WithheldText.objects.filter(name=options["name"]).first()
        if row is None:
            raise CommandError(f"No text is called {options['name']!r}.")
        self._line(retire_text(row, reason=options["reason"], actor="system"))

    def _list(self, options: dict[str, Any]) -> None:
        for row in WithheldText.objects.all():
            self._line(row)

    def _line(self, row: WithheldText) -> None:
        state = "retired" if row.retired else "in use"
        self.stdout.write(f"{row.name}  {row.language}  {row.size:,} bytes  {row.digest[:12]}  {state}  {row.source}")
