"""Play the demonstration programme on the served portal, continuing where it stopped; `--strict` exits 1 on a surprise."""

import logging
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from demo import cast
from demo.progress import Progress
from demo.script import SCENES
from demo.stage import Stage
from demo.table import print_table

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--server", default="http://127.0.0.1:8000")
        parser.add_argument("--strict", action="store_true", help="print the table and exit 1 on an unexpected outcome")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(settings.VAR_DIR, [scene.title for scene in SCENES])
        stage = Stage(var=settings.VAR_DIR, server=options["server"], say=self.say)
        self.say_how_to_sign_in(options["server"])
        if not progress.finished:
            self.play(stage, progress)
        self.say(f"The demonstration is complete: {options['server']}/")
        if options["strict"]:
            print_table(stage, progress.state["facts"])

    def play(self, stage: Stage, progress: Progress) -> None:
        for number, scene in enumerate(SCENES, start=1):
            key, name = scene.title.key, scene.title.name_en
            if progress.is_done(key):
                continue
            self.say(f"[{number}/{len(SCENES)}] {name} …")
            progress.begin(key)
            try:
                outcome = scene.play(stage)
            except Exception as error:
                log.exception("The scene %s failed", key)
                progress.fail(key, f"{type(error).__name__}: {error}")
                self.say(f"[{number}/{len(SCENES)}] {name}: FAILED. {error}")
                sys.exit(1)
            progress.end(key, note_ko=outcome.note_ko, note_en=outcome.note_en, facts=outcome.facts)
            self.say(f"[{number}/{len(SCENES)}] {name}: {outcome.note_en}")
        progress.finish()

    def say_how_to_sign_in(self, server: str) -> None:
        self.say(f"Portal: {server}/ (Korean) and {server}/en/ (English)")
        people = (*cast.STAFF, cast.EXPERTS[0], *(team.manager for team in cast.TEAMS))
        for person in people:
            roles = ", ".join(sorted(person.roles))
            self.say(f"  {roles:10} {person.email}")
        self.say(f"  password {cast.PASSWORD}; one-time code secret (staff and reviewers) {cast.TOTP_SECRET}")
        self.say("  print the code now: .venv/bin/python manage.py demonstration_code")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
