import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit import signing
from portal.audit.models import Checkpoint, Event
from portal.audit.triggers import missing_triggers
from portal.audit.verification import Finding, verify_log
from portal.common.formats.checkpoint import CheckpointError, parse_verifier_key


class Command(BaseCommand):
    help = "Recompute the audit ledger and compare it with its signed checkpoints, also with copies kept outside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--checkpoint", metavar="FILE", type=Path, action="append", default=[],
                            help="a signed checkpoint kept outside the database, or a receipt that carries one; may be given several times")  # fmt: skip
        parser.add_argument("--key", default="", help="the verifier key as published (default: this installation's)")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_log(
            Event.objects.order_by("seq").iterator(chunk_size=2000),
            checkpoints=Checkpoint.objects.order_by("size"),
            public_key=_key(options["key"]),
            external=[_read(path) for path in options["checkpoint"]],
        )
        findings = report.findings + [
            Finding("trigger missing", name, "it was removed: rows can be changed unseen until the next checkpoint")
            for name in missing_triggers()
        ]
        for finding in findings:
            self.stdout.write(str(finding))
        if findings:
            raise CommandError(
                f"{len(findings)} findings: the ledger was changed after it was signed. Keep the database as it is "
                "and compare with the last backup and with the receipts of the teams."
            )
        self.stdout.write(
            f"{report.events} events, {report.checkpoints} checkpoints, root {report.root.hex()}: the ledger is intact."
        )


def _read(path: Path) -> str:
    """The note itself, or the one inside a team's receipt."""
    try:
        text = path.read_text(encoding="utf-8")
        return str(json.loads(text)["ledger"]["checkpoint"]) if text.lstrip().startswith("{") else text
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path}: cannot be read as a checkpoint or a receipt: {error}") from error


def _key(text: str) -> bytes:
    try:
        return parse_verifier_key(text) if text else signing.public_key()
    except CheckpointError as error:
        raise CommandError(f"--key: {error}") from error
