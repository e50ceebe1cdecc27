"""`portal-upload`: hand in checkpoints and records of a training run. Needs neither Django nor torch."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.client import commands, console
from portal.client.errors import ClientError
from portal.client.transport import ATTEMPTS
from portal.common.formats.manifest import DEFAULT_PART_SIZE, MIB

ROLES = (
    "checkpoint", "intermediate_checkpoint", "initial_checkpoint", "training_log", "loss_curve",
    "component_declaration", "technical_report", "benchmark_results",
)  # fmt: skip
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except ClientError as error:
        console.note(f"portal-upload: {error}")
        if error.hint:
            console.note(f"  {error.hint}")
        return error.status
    except KeyboardInterrupt:
        console.note("Interrupted. Run the same command again to go on.")
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="portal-upload", description="Send bundles of files to the evaluation portal.")
    commands_of = top.add_subparsers(required=True, metavar="COMMAND")
    _login(commands_of)
    _declare(commands_of)
    _push(commands_of)
    _status(commands_of)
    _verify(commands_of)
    _submissions(commands_of)
    return top


def _login(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    login = group.add_parser("login", help="check a token and keep it in a file that only you can read")
    _connection(login)
    login.set_defaults(run=commands.login)


def _declare(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    declare = group.add_parser("declare", help="bind the digests of files now; their bytes may follow")
    _connection(declare)
    _files(declare)
    declare.set_defaults(run=commands.declare)


def _push(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    push = group.add_parser("push", help="send files; the same command again goes on where it stopped")
    _connection(push)
    _files(push)
    push.add_argument(
        "--jobs", type=int, default=4, choices=range(1, 9), metavar="1-8", help="parts sent at the same time"
    )
    push.add_argument("--retries", type=int, default=ATTEMPTS, help="attempts per part before giving up")
    push.add_argument("--dry-run", action="store_true", help="say what would be sent and send nothing")
    push.add_argument("--submission", type=int, help="put the bundle into this draft")
    push.add_argument("--role", choices=ROLES, help="what the bundle is in the submission")
    push.add_argument("--step", type=int, help="optimiser steps at this checkpoint")
    push.add_argument("--tokens", type=int, help="training tokens seen at this checkpoint")
    push.set_defaults(run=commands.push)


def _status(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    status = group.add_parser("status", help="list uploads, or show what is missing of one")
    _connection(status)
    status.add_argument("upload", nargs="?", help="the upload's id")
    status.set_defaults(run=commands.status)


def _verify(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verify = group.add_parser("verify", help="compare local files with an upload, or check a receipt offline")
    _connection(verify)
    _files(verify, required=False)
    verify.add_argument("--upload", help="the upload's id")
    verify.add_argument("--receipt", type=Path, metavar="FILE", help="a receipt; nothing is asked of the portal")
    verify.add_argument("--key", default="", help="the portal's published verifier key")
    verify.set_defaults(run=commands.verify)


def _submissions(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    listing = group.add_parser("submissions", help="list your entries and submissions; --entry opens a draft")
    _connection(listing)
    listing.add_argument("--entry", type=int, help="open the draft of this entry")
    listing.set_defaults(run=commands.submissions)
    for name, run, text in (
        ("submit", commands.submit, "hand the draft in and fetch the receipt"),
        ("receipt", commands.receipt, "fetch the receipt of a submission"),
    ):
        command = group.add_parser(name, help=text)
        _connection(command)
        command.add_argument("--submission", type=int, required=True)
        command.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the receipt here")
        command.set_defaults(run=run)


def _connection(command: argparse.ArgumentParser) -> None:
    command.add_argument("--url", default="", help="address of the portal (or PORTAL_URL)")
    command.add_argument("--token", default="", help="token of your team's page (better: PORTAL_TOKEN or login)")
    command.add_argument("--json", action="store_true", help="print the result as one line of JSON")


def _files(command: argparse.ArgumentParser, *, required: bool = True) -> None:
    command.add_argument("paths", nargs="+" if required else "*", type=Path, metavar="PATH")
    command.add_argument("--label", default="", help="a name for people")
    command.add_argument("--threads", type=int, default=4, help="files hashed at the same time")
    command.add_argument(
        "--part-size", type=_bytes, default=0, metavar="MiB", help=f"default {DEFAULT_PART_SIZE // MIB}"
    )


def _bytes(text: str) -> int:
    try:
        size = int(float(text) * MIB)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of MiB") from error
    if size < 1:
        raise argparse.ArgumentTypeError("must be more than 0")
    return size


if __name__ == "__main__":
    sys.exit(main())
