"""`portal-upload`: hand in checkpoints and records of a training run. Needs neither Django nor torch."""

import argparse
import sys
from collections.abc import Sequence
from types import ModuleType

from portal.client import console, words
from portal.client.commands import check, convert, deposits, examine, hand_in, send, sign_in, status
from portal.client.errors import ClientError
from portal.client.words import _

# Each brings its commands by `register(group)`, in the order in which --help lists them.
COMMANDS: tuple[ModuleType, ...] = (
    sign_in,
    send,
    status,
    check,
    hand_in,
    convert,
    examine,
    deposits,
)
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    words.choose(_language(sys.argv[1:] if arguments is None else arguments))
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except ClientError as error:
        console.note(f"portal-upload: {error}")
        if error.hint:
            console.note(f"  {error.hint}")
        return error.status
    except KeyboardInterrupt:
        console.note(_("Interrupted. Run the same command again to go on."))
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="portal-upload", description=_("Send bundles of files to the evaluation portal.")
    )
    top.add_argument("--lang", choices=words.LANGUAGES, help=_("language of the messages (or LANG)"))
    group = top.add_subparsers(required=True, metavar=_("COMMAND"))
    for module in COMMANDS:
        module.register(group)
    return top


def _language(arguments: Sequence[str]) -> str:
    """Before all else, because the help of each option is a message too."""
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    early.add_argument("--lang", choices=words.LANGUAGES, default="")
    return str(early.parse_known_args(arguments)[0].lang)


if __name__ == "__main__":
    sys.exit(main())
