"""`doctor` and `self-check`: would a push work, and what would an originality check see?"""

import importlib.util
import subprocess
import sys
from argparse import REMAINDER, Namespace

from portal.client import console, doctor
from portal.client.errors import ClientError
from portal.client.options import Group, connection, findings
from portal.client.words import _


def register(group: Group) -> None:
    command = group.add_parser("doctor", help=_("check disk, network, clock, token, quota and files before a push"))
    connection(command)
    command.add_argument("paths", nargs="*", metavar=_("PATH"), help=_("file or folder"))
    findings(command)
    command.set_defaults(run=examine)
    command = group.add_parser(
        "self-check", help=_("compare a checkpoint with others on this machine; nothing leaves it")
    )
    command.add_argument("arguments", nargs=REMAINDER, help=_("as for: python -m originality compare"))
    command.set_defaults(run=self_check)


def examine(options: Namespace) -> int:
    lines = []
    for line in doctor.examine(options):
        lines.append(line)
        if not options.json:
            print(
                f"{line.state:<4} {line.check}: {line.text}", *([f"     → {line.todo}"] if line.todo else []), sep="\n"
            )
    if options.json:
        console.show({"lines": [line._asdict() for line in lines]}, text="", as_json=True)
    return int(any(line.state == doctor.FAIL for line in lines))


def self_check(options: Namespace) -> int:
    """The portal's own comparison, run here: the same engine, the same figures."""
    if importlib.util.find_spec("originality") is None or importlib.util.find_spec("numba") is None:
        raise ClientError(_("The comparison is not installed."), hint="pip install sovereign-ai-evaluation-portal")
    return subprocess.call([sys.executable, "-m", "originality", "compare", *options.arguments])
