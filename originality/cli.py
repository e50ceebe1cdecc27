"""The offline command line: the same engine for teams, journalists and the ministry, without the portal.

It exits 0 when the comparison ran, whatever it found, and 2 on input that cannot be used, with the cause on one line.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from originality.core.agreement import check_sketch
from originality.core.baselines import load_baselines, shipped_baselines
from originality.core.compare import compare_paths, open_side
from originality.core.errors import InputError
from originality.core.readers import open_folder
from originality.core.registry import (
    add_entry,
    find_entry,
    list_entries,
    make_baselines,
    registry_baselines,
    verify_registry,
)
from originality.core.run import run_spec
from originality.core.sketch import STORED_K, build_sketch, vocabulary_size
from originality.core.sketch import Progress as Callback
from originality.core.sketchfile import save_sketch
from originality.core.summarytext import print_report, print_trace
from originality.core.trace.checks import trace_report
from originality.core.trace.series import read_logs

PROGRAM = "python -m originality"
stderr = Console(stderr=True)
stdout = Console()


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        options.act(options)
    except InputError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Evidence on whether two models share weights.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_compare(commands)
    sketch = commands.add_parser("sketch", help="derive a sketch from a model folder")
    sketch.add_argument("model", type=Path)
    sketch.add_argument("-o", "--output", type=Path, required=True)
    sketch.set_defaults(act=_sketch)
    agree = commands.add_parser("agree", help="is this sketch that of this model folder?")
    agree.add_argument("sketch", type=Path)
    agree.add_argument("model", type=Path)
    agree.add_argument("--json", metavar="FILE", help="write what differs as JSON; - is standard output")
    agree.set_defaults(act=_agree)
    trace = commands.add_parser("trace", help="read training logs and say what they show")
    trace.add_argument("logs", type=Path)
    trace.add_argument("--checkpoint", type=Path, help="model folder or sketch: gives the size of the vocabulary")
    trace.add_argument("--json", metavar="FILE", help="write the report as JSON; - is standard output")
    trace.set_defaults(act=_trace)
    explain = commands.add_parser("explain", help="what does a similarity of 0.968 mean?")
    explain.add_argument("value", type=float)
    explain.add_argument("--kind", default="norm")
    explain.add_argument("--baselines", type=Path)
    explain.set_defaults(act=_explain)
    run = commands.add_parser("run", help="do the work of one job")
    run.add_argument("spec", type=Path)
    run.set_defaults(act=lambda options: run_spec(options.spec))
    _add_registry(commands)
    return parser


def _add_compare(commands: Any) -> None:
    compare = commands.add_parser("compare", help="compare two models, each a folder or a sketch")
    compare.add_argument("candidate", type=Path)
    compare.add_argument("reference", type=Path)
    compare.add_argument("--json", metavar="FILE", help="write the report as JSON; - is standard output")
    compare.add_argument(
        "--baselines", type=Path, help="nulls of a registry instead of those that come with the engine"
    )
    compare.set_defaults(act=_compare)


def _add_registry(commands: Any) -> None:
    registry = commands.add_parser("registry", help="a folder of reference sketches")
    actions = registry.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="sketch a model into the registry")
    add.add_argument("folder", type=Path)
    add.add_argument("model", type=Path)
    for name in ("name", "source", "revision", "licence", "public-since"):
        add.add_argument(f"--{name}", required=True)
    add.add_argument("--descends-from", default="", help="name of the declared parent, if it is in the registry")
    add.set_defaults(act=_registry_add)
    for name, act, text in (
        ("list", _registry_list, "what is in it"),
        ("verify", _registry_verify, "check every sketch against the index"),
        ("nulls", _registry_nulls, "compare all pairs and write baselines.json"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("folder", type=Path)
        action.set_defaults(act=act)
    show = actions.add_parser("show", help="one reference")
    show.add_argument("folder", type=Path)
    show.add_argument("name")
    show.set_defaults(act=_registry_show)


@contextmanager
def _bar(what: str) -> Iterator[Callback]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=stderr, transient=True) as bar:
        task = bar.add_task(what, total=None, note="")

        def show(done: int, total: int, note: str) -> None:
            bar.update(task, completed=done, total=total, note=note[-50:])

        yield show


def _compare(options: argparse.Namespace) -> None:
    baselines = load_baselines(options.baselines) if options.baselines else None
    with _bar("compare") as progress:
        document = compare_paths(options.candidate, options.reference, baselines=baselines, progress=progress)
    _deliver(document, options.json, print_report)


def _trace(options: argparse.Namespace) -> None:
    logs = read_logs(options.logs)
    size = vocabulary_size(open_side(options.checkpoint).sketch) if options.checkpoint else None
    _deliver(trace_report(logs, vocabulary_size=size), options.json, print_trace)


def _deliver(document: dict[str, Any], target: str | None, show: Any) -> None:
    if target is None:
        show(document, stdout)
        return
    text = json.dumps(document, indent=1, ensure_ascii=False)
    if target == "-":
        print(text)
    else:
        Path(target).write_text(text + "\n", encoding="utf-8")


def _sketch(options: argparse.Namespace) -> None:
    with _bar("sketch") as progress:
        sketch = build_sketch(open_folder(options.model), k=STORED_K, progress=progress)
    save_sketch(sketch, options.output)
    size = options.output.stat().st_size
    print(f"{options.output}: {size:,} bytes, content {sketch.digest}")


def _agree(options: argparse.Namespace) -> None:
    """Whatever is found, the comparison ran: the answer stands in the output."""
    with _bar("sketch") as progress:
        differs = check_sketch(options.sketch, options.model, progress=progress)
    _deliver({"differs": differs}, options.json, _print_agreement)


def _print_agreement(document: dict[str, Any], console: Console) -> None:
    lines = [f"differs: {name}" for name in document["differs"]] or ["the sketch is that of this model"]
    console.print("\n".join(lines))


def _explain(options: argparse.Namespace) -> None:
    known = load_baselines(options.baselines) if options.baselines else shipped_baselines()
    null = known.get(options.kind)
    if null is None or not null.values:
        kinds = ", ".join(sorted(kind for kind in known if known[kind].values))
        raise InputError(f"no null for kind {options.kind!r}; there are {kinds or 'none'}")
    print(
        f"{options.value:g} ({options.kind}): unrelated models give {null.mean:.3f} ± {null.sd:.3f} "
        f"(N={len(null.values)} pairs of {len(null.models)} models); {null.percentile(options.value):.0f} % of them lie "
        f"at or below it. Known descent ({null.positive_pair or 'none at hand'}): "
        + ("-" if null.positive is None else f"{null.positive:.3f}")
    )


def _registry_add(options: argparse.Namespace) -> None:
    with _bar("sketch") as progress:
        entry = add_entry(
            options.folder,
            model=options.model,
            name=options.name,
            source=options.source,
            revision=options.revision,
            licence=options.licence,
            public_since=options.public_since,
            descends_from=options.descends_from,
            progress=progress,
        )
    print(f"{entry.name}: {entry.file}, content {entry.digest}")


def _registry_list(options: argparse.Namespace) -> None:
    table = Table("name", "revision", "licence", "public since", "parameters", "content")
    for entry in list_entries(options.folder):
        parameters = f"{entry.parameters:,}"
        table.add_row(entry.name, entry.revision, entry.licence, entry.public_since, parameters, entry.digest[:12])
    stdout.print(table)


def _registry_show(options: argparse.Namespace) -> None:
    entry = find_entry(options.folder, options.name)
    print(json.dumps(vars(entry), indent=1, ensure_ascii=False))


def _registry_verify(options: argparse.Namespace) -> None:
    if faults := verify_registry(options.folder):
        raise InputError("; ".join(faults))
    print(f"{len(list_entries(options.folder))} sketches are as they were added")


def _registry_nulls(options: argparse.Namespace) -> None:
    with _bar("pairs") as progress:
        baselines = make_baselines(options.folder, progress=progress)
    registry_baselines(options.folder)
    for null in (null for null in baselines.values() if null.values):
        print(f"{null.kind}: {null.mean:.4f} ± {null.sd:.4f} over {len(null.values)} unrelated pairs")
