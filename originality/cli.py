"""The offline command line: the same engine for teams, journalists and the ministry, without the portal.

It exits 0 when the comparison ran, whatever it found, and 2 on input that cannot be used, with the cause on one line.
"""

import argparse
import sys
from pathlib import Path
from typing import Any, NoReturn

from originality import codecommands, commands
from originality.core.device import DEVICES
from originality.core.errors import InputError

PROGRAM = "python -m originality"
BAD_INPUT, INTERRUPTED = 2, 130
NULLS = "nulls of a registry instead of those that come with the engine"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, like every other cause; `--help` has the usage."""
        self.exit(BAD_INPUT, f"{self.prog}: {_one_line(message)}\n")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        options.act(options)
    except InputError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or 'input or output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        print(f"{PROGRAM}: stopped; nothing was written", file=sys.stderr)
        return INTERRUPTED
    return 0


def _refuse(cause: str) -> int:
    print(f"{PROGRAM}: {_one_line(cause)}", file=sys.stderr)
    return BAD_INPUT


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="Evidence on whether two models share weights.")
    added = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_compare(added)
    _add_sketches(added)
    _add_trace(added)
    codecommands.add_to(added)
    _add_explain(added)
    _add_registry(added)
    run = added.add_parser("run", help="do the work of one job")
    run.add_argument("spec", type=Path)
    run.set_defaults(act=commands.run)
    return parser


def _add_compare(added: Any) -> None:
    compare = added.add_parser("compare", help="compare two models, each a folder or a sketch")
    for side in ("candidate", "reference"):
        compare.add_argument(side, type=Path, help="folder or sketch; with --registry also the name of a reference")
    _add_json(compare)
    _add_nulls(compare)
    compare.add_argument(
        "--step0", type=Path, help="the candidate's own checkpoint before training: a common seed shows"
    )
    compare.add_argument("--public-since", metavar="DATE", help="first public date of the reference, as 2024-11-01")
    compare.add_argument("--earliest-deposit", metavar="DATE", help="first deposit of the candidate's weights")
    compare.add_argument("--lineage", metavar="TEXT", help="the declaration that the reference is the team's own model")
    _add_device(compare)
    compare.set_defaults(act=commands.compare)


def _add_sketches(added: Any) -> None:
    sketch = added.add_parser("sketch", help="derive a sketch from a model folder")
    sketch.add_argument("model", type=Path)
    sketch.add_argument("-o", "--output", type=Path, required=True)
    _add_device(sketch)
    sketch.set_defaults(act=commands.sketch)
    agree = added.add_parser("agree", help="is this sketch that of this model folder?")
    agree.add_argument("sketch", type=Path)
    agree.add_argument("model", type=Path)
    _add_json(agree)
    agree.set_defaults(act=commands.agree)


def _add_trace(added: Any) -> None:
    trace = added.add_parser("trace", help="read training logs and say what they show")
    trace.add_argument("logs", type=Path)
    trace.add_argument("--checkpoint", type=Path, help="model folder or sketch: gives the size of the vocabulary")
    trace.add_argument("--declaration", type=Path, help="training declaration (JSON): what the logs are set beside")
    trace.add_argument(
        "--facts", type=Path, help="frozen facts of a run, instead of a declaration: deposits and grants too"
    )
    trace.add_argument("--measures", type=Path, help="what was measured at the checkpoints of the run")
    _add_json(trace)
    trace.set_defaults(act=commands.trace)


def _add_explain(added: Any) -> None:
    explain = added.add_parser("explain", help="what does a similarity of 0.968 mean?")
    explain.add_argument("value", type=float)
    explain.add_argument("--kind", default="norm", help="what it was measured on: norm, gate, up, embedding, …")
    _add_nulls(explain)
    _add_json(explain)
    explain.set_defaults(act=commands.explain)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", metavar="FILE", help="write the answer as JSON; - is standard output")


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        choices=DEVICES,
        default="cpu",
        help="a graphics card needs torch; auto takes one where there is one",
    )


def _add_nulls(parser: argparse.ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--registry", type=Path, metavar="FOLDER", help=NULLS)
    either.add_argument("--baselines", type=Path, metavar="FILE", help="the same from a file baselines.json")


def _add_registry(added: Any) -> None:
    registry = added.add_parser("registry", help="a folder of reference sketches")
    actions = registry.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="sketch a model into the registry, or take a sketch")
    add.add_argument("folder", type=Path)
    add.add_argument("model", type=Path)
    for name in ("name", "source", "revision", "licence", "public-since"):
        add.add_argument(f"--{name}", required=True)
    add.add_argument("--descends-from", default="", help="name of the declared parent, if it is in the registry")
    add.set_defaults(act=commands.registry_add)
    for name, act, text in (
        ("list", commands.registry_list, "what is in it"),
        ("verify", commands.registry_verify, "check every sketch, and the nulls, against the index"),
        ("nulls", commands.registry_nulls, "compare all pairs and write baselines.json"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("folder", type=Path)
        action.set_defaults(act=act)
    show = actions.add_parser("show", help="one reference")
    show.add_argument("folder", type=Path)
    show.add_argument("name")
    show.set_defaults(act=commands.registry_show)
