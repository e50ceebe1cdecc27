from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from originality.actions import add_corpus, retire_corpus
from originality.core.code.index import Origin
from originality.core.code.projects import installed, origin_of
from originality.core.errors import InputError
from originality.models import CodeCorpus


class Command(BaseCommand):
    help = "Public code that teams' code is compared with: indexes built from folders that are here."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        build = actions.add_parser(
            "build", help="index folders; the index takes the place of an earlier one of its name"
        )
        build.add_argument("folders", nargs="*", metavar="FOLDER", help="one project each; NAME=FOLDER names it")
        build.add_argument("--package", action="append", default=[], help="a Python package that is installed here")
        build.add_argument("--name", required=True, help="what the corpus is called in plans and reports")
        actions.add_parser("list", help="the corpora in use, with projects and licences")
        retire = actions.add_parser("retire", help="leave a corpus out of later plans")
        retire.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['action']}")(options)

    def _build(self, options: dict[str, Any]) -> None:
        try:
            row = add_corpus(_origins(options["folders"], options["package"]), name=options["name"], actor="system")
        except InputError as error:
            raise CommandError(str(error)) from error
        self._show(row)

    def _list(self, options: dict[str, Any]) -> None:
        for row in CodeCorpus.objects.filter(retired=False):
            self._show(row)

    def _retire(self, options: dict[str, Any]) -> None:
        row = CodeCorpus.objects.filter(name=options["name"], retired=False).first()
        if row is None:
            raise CommandError(f"No corpus in use is called {options['name']!r}.")
        retire_corpus(row, actor="system")
        self.stdout.write(f"{row.name}: out of use")

    def _show(self, row: CodeCorpus) -> None:
        self.stdout.write(f"{row.name}  {row.digest}  {row.files:,} files, {row.fingerprints:,} fingerprints")
        for source in row.sources:
            said = f"{source['name']} {source['version']} ({source['licence']})"
            self.stdout.write(f"  {said}: {source['files']:,} files, {source['lines']:,} lines")
        if row.null:
            shared = row.null["contained"]
            self.stdout.write(
                f"  unrelated projects: 99 % of {row.null['files']} files share at most {shared['0.99']:.1%}, "
                f"the most {shared['max']:.1%}"
            )


def _origins(folders: Sequence[str], packages: Sequence[str]) -> list[Origin]:
    found = [origin_of(folder) for folder in folders] + [row for package in packages for row in installed(package)]
    if not found:
        raise CommandError("Name at least one folder, or a package with --package.")
    return found
