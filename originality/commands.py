"""What each command does, once its arguments are known; causes a person can mend are raised as InputError."""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from originality.core import registry
from originality.core.agreement import check_sketch
from originality.core.baselines import Baselines, load_baselines, shipped_baselines
from originality.core.compare import examine, open_side, open_sides
from originality.core.device import use_device
from originality.core.errors import InputError
from originality.core.explain import explain as explanation
from originality.core.explain import explanation_lines
from originality.core.readers import open_folder
from originality.core.report import report
from originality.core.run import run_spec
from originality.core.sketch import STORED_K, Sketch, build_sketch, vocabulary_size
from originality.core.sketch import Progress as Callback
from originality.core.sketchfile import save_sketch
from originality.core.summarytext import print_report, print_trace
from originality.core.trace.declaration import parse_declaration_of_training, parse_facts
from originality.core.trace.facts import Declaration, Facts
from originality.core.trace.measures import Measures, parse_measures
from originality.core.trace.prefixes import log_prefixes
from originality.core.trace.report import trace_report
from originality.core.trace.series import read_logs

Options = argparse.Namespace
Document = dict[str, Any]
WIDTH_OF_A_FILE = 160
stderr = Console(stderr=True)


def _console() -> Console:
    """As wide as the terminal; wide enough for every column where the output goes into a file."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH_OF_A_FILE)


@contextmanager
def _bar(what: str) -> Iterator[Callback]:
    """Show a bar on a terminal; a log file gets none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task(what, total=None, note="")

        def show(done: int, total: int, note: str) -> None:
            bar.update(task, completed=done, total=total, note=note[-50:])

        yield show


def compare(options: Options) -> None:
    check_target(options.json)
    use_device(options.device)
    dates = [_date(options.public_since, "--public-since"), _date(options.earliest_deposit, "--earliest-deposit")]
    candidate, _ = _named(options.candidate, options.registry)
    reference, known_since = _named(options.reference, options.registry)
    _check_two(candidate, reference)
    with _bar("compare") as progress:
        ours, theirs = open_sides(candidate, reference, progress=progress)
        step0 = _step0(options.step0, k=ours.sketch.k, progress=progress)
        findings = examine(ours, theirs, step0=step0, progress=progress)
    document = report(
        findings,
        baselines=_baselines(options),
        public_since=dates[0] or known_since or _since(options.registry, findings.reference.sketch.digest),
        earliest_deposit=dates[1],
        lineage=options.lineage,
        peers=registry.entry_configs(options.registry) if options.registry else (),
    )
    deliver(document, options.json, print_report)


def _step0(path: Path | None, *, k: int, progress: Callback) -> Sketch | None:
    if path is None:
        return None
    made = open_side(path, k=k, progress=progress).sketch
    if made.k != k:
        raise InputError(f"{path}: the sketch has width {made.k}, the candidate {k}; give the folder instead")
    return made


def _named(path: Path, folder: Path | None) -> tuple[Path, str | None]:
    """Take the path as it is, or else as the name of a reference, which brings its date."""
    if folder is None or path.exists():
        return path, None
    entry = registry.find_entry(folder, str(path))
    return folder / entry.file, entry.public_since


def _since(folder: Path | None, digest: str) -> str | None:
    entries = registry.list_entries(folder) if folder else []
    return next((entry.public_since for entry in entries if entry.digest == digest), None)


def _check_two(candidate: Path, reference: Path) -> None:
    if candidate.exists() and reference.exists() and candidate.samefile(reference):
        raise InputError(f"{candidate}: candidate and reference are the same; a model is always identical with itself")


def _baselines(options: Options) -> Baselines:
    if options.registry is None:
        return load_baselines(options.baselines) if options.baselines else shipped_baselines()
    known = registry.registry_baselines(options.registry)
    if known is None:
        raise InputError(f"{options.registry}: the registry has no nulls; make them with `registry nulls`")
    return known


def _date(text: str | None, option: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError as error:
        raise InputError(f"{option} {text!r} is not a date; write it as 2024-11-01") from error


def check_target(target: str | Path | None) -> None:
    """Refuse before hours of reading what could not be written after them."""
    if target is None or str(target) == "-":
        return
    path = Path(target)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise InputError(f"{path}: cannot be written; name a file in a folder that exists")


def deliver(document: Document, target: str | None, show: Callable[[Document, Console], None]) -> None:
    if target is None:
        show(document, _console())
        return
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    if target == "-":
        print(text)
    else:
        Path(target).write_text(text + "\n", encoding="utf-8")


def sketch(options: Options) -> None:
    check_target(options.output)
    use_device(options.device)
    with _bar("sketch") as progress:
        made = build_sketch(open_folder(options.model), k=STORED_K, progress=progress)
    save_sketch(made, options.output)
    size = options.output.stat().st_size
    print(f"{options.output}: {size:,} bytes, content {made.digest}")


def agree(options: Options) -> None:
    """Whatever is found, the comparison ran: the answer stands in the output."""
    check_target(options.json)
    with _bar("sketch") as progress:
        differs = check_sketch(options.sketch, options.model, progress=progress)
    deliver({"differs": differs}, options.json, _print_agreement)


def _print_agreement(document: Document, console: Console) -> None:
    lines = [f"differs: {name}" for name in document["differs"]] or ["the sketch is that of this model"]
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def trace(options: Options) -> None:
    check_target(options.json)
    facts, measures = _facts(options), Measures()
    if options.measures:
        measures = parse_measures(_read_json(options.measures))
    lengths = [row.log_bytes for row in facts.deposits]
    prefixes = log_prefixes(options.logs, lengths) if any(lengths) else None
    deliver(trace_report(read_logs(options.logs), facts, measures, prefixes=prefixes), options.json, print_trace)


def _facts(options: Options) -> Facts:
    """Facts as they are given; the vocabulary of a checkpoint where the declaration does not say it."""
    facts = parse_facts(_read_json(options.facts)) if options.facts else Facts()
    if options.declaration:
        facts = facts._replace(declaration=parse_declaration_of_training(_content(options.declaration)))
    declared = facts.declaration or Declaration()
    if options.checkpoint and declared.vocabulary is None:
        declared = declared._replace(vocabulary=vocabulary_size(open_side(options.checkpoint).sketch))
        facts = facts._replace(declaration=declared)
    return facts


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def _read_json(path: Path) -> Document:
    try:
        document = json.loads(_content(path))
    except ValueError as error:
        raise InputError(f"{path}: is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise InputError(f"{path}: must be a JSON object")
    return document


def explain(options: Options) -> None:
    check_target(options.json)
    found = explanation(options.value, kind=options.kind, baselines=_baselines(options))
    lines = explanation_lines(found)
    document = {"schema": "originality-explanation/1", **found._asdict(), "says": lines}
    deliver(document, options.json, _print_lines)


def _print_lines(document: Document, console: Console) -> None:
    console.print("\n".join(document["says"]), markup=False, highlight=False, soft_wrap=True)


def run(options: Options) -> None:
    run_spec(options.spec)


def registry_add(options: Options) -> None:
    with _bar("sketch") as progress:
        entry = registry.add_entry(
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


def registry_list(options: Options) -> None:
    table = Table("name", "revision", "licence", "public since", "parameters", "content")
    for entry in registry.list_entries(options.folder):
        figures = f"{entry.parameters:,}", entry.digest[:12]
        table.add_row(entry.name, entry.revision, entry.licence, entry.public_since, *figures)
    _console().print(table)


def registry_show(options: Options) -> None:
    print(json.dumps(asdict(registry.find_entry(options.folder, options.name)), indent=1, ensure_ascii=False))


def registry_verify(options: Options) -> None:
    if faults := registry.verify_registry(options.folder):
        raise InputError("; ".join(faults))
    print(f"{len(registry.list_entries(options.folder))} sketches are as they were added")


def registry_nulls(options: Options) -> None:
    with _bar("pairs") as progress:
        baselines = registry.make_baselines(options.folder, progress=progress)
    for null in (null for null in baselines.values() if null.values):
        print(f"{null.kind}: {null.mean:.4f} ± {null.sd:.4f} over {len(null.values)} unrelated pairs")
    for null in (null for null in baselines.values() if not null.values):
        print(f"{null.kind}: no two unrelated references can be compared in it")
