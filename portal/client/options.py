"""What several commands are asked for in the same words."""

import argparse
from pathlib import Path
from typing import TypeAlias

from portal.client.words import _
from portal.common.formats.manifest import DEFAULT_PART_SIZE, MIB

Group: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse names it only so


def connection(command: argparse.ArgumentParser) -> None:
    """Which portal, as whom, and for whom the answer is."""
    command.add_argument("--url", default="", help=_("address of the portal (or PORTAL_URL)"))
    command.add_argument("--token", default="", help=_("token of your team's page (better: PORTAL_TOKEN or login)"))
    answer(command)


def answer(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help=_("print the result as one line of JSON"))


def files(command: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Files and folders by name, and how they are hashed. `paths` stays text: it may be an address."""
    places = _("file or folder, s3://bucket/prefix, or @FILE with one readable address a line")
    command.add_argument("paths", nargs="+" if required else "*", metavar=_("PATH"), help=places)
    command.add_argument("--label", default="", help=_("a name for people"))
    command.add_argument("--threads", type=int, default=4, help=_("files hashed at the same time"))
    size_of_parts = _("default {size}").format(size=DEFAULT_PART_SIZE // MIB)
    command.add_argument("--part-size", type=mebibytes, default=0, metavar="MiB", help=size_of_parts)


def findings(command: argparse.ArgumentParser) -> None:
    """Not a switch that can be left on: each acceptance names the bytes that somebody has looked at."""
    command.add_argument(
        "--accept-findings",
        default="",
        metavar=_("DIGEST,…"),
        help=_("send these files although keys or personal data seem to be in them"),
    )


def output(command: argparse.ArgumentParser, text: str) -> None:
    command.add_argument("-o", "--output", type=Path, metavar=_("FILE"), help=text)


def mebibytes(text: str) -> int:
    try:
        size = int(float(text) * MIB)
    except ValueError as error:
        raise argparse.ArgumentTypeError(_("{text} is not a number of MiB").format(text=repr(text))) from error
    if size < 1:
        raise argparse.ArgumentTypeError(_("must be more than 0"))
    return size
