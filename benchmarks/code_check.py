"""The comparison of code: copies in disguise are found at the right lines, independent implementations are not.

    python benchmarks/code_check.py [--copies 40] [--whole] [--seed 5]

The corpus is built from packages installed here (with --whole from all of them named below, not only from parts). Copies:
whole files and single functions or classes with every name changed, comments taken out and laid out anew, between files of this
project. Independent: the models, optimisers and loops of this project beside those of the packages, every file of this project,
and the packages among one another. Exit code 1 if a line of the tables does not hold.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = str(ROOT)

from benchmarks.support.codecopies import Copy, Lines, copied_file, copied_piece, lines_found, rearranged  # noqa: E402
from originality.core.code.building import build_corpus  # noqa: E402
from originality.core.code.index import Corpus, Origin  # noqa: E402
from originality.core.code.projects import installed  # noqa: E402
from originality.core.code.report import code_report  # noqa: E402
from originality.core.code.sources import Source, read_sources  # noqa: E402
from originality.core.code.winnow import GUARANTEE  # noqa: E402
from originality.core.errors import InputError  # noqa: E402

PARTS = {
    "transformers": ("models/llama", "models/gpt2", "models/qwen2", "models/mixtral", "generation", "optimization.py"),
    "torch": ("optim", "nn/modules"),
    "accelerate": ("",),
    "peft": ("tuners/lora",),
    "lm_eval": ("api",),
    "fsspec": ("",),
    "requests": ("",),
}
OWN = ("originality", "evaluation", "portal", "demo", "benchmarks")
SAME_API = (
    ("a decoder, its norm, rotary positions and loop", "benchmarks/support/laboratory", "transformers"),
    ("optimisers and schedules", "benchmarks/support/tracelab", "torch"),
    ("training for the demonstration", "demo", "accelerate"),
    ("running of benchmarks", "evaluation", "lm_eval"),
    ("requests over HTTP", "portal/client", "requests"),
)
LEAST_RECALL = {
    "whole files": 0.85,
    "single pieces": 0.85,
    "rearranged files": 0.6,
}  # mean share of a copy's lines in passages
LEAST_EACH = 0.2  # of one copy; long tables and lists of options leave no passage
LEAST_RIGHT = 0.95  # share of the lines named that are those of the copy, here and at the source
SMALL, LARGE = 2_000, 9_000  # bytes of own files around a copy
TOKENS = 600  # of a file that is worth copying


class Counted(NamedTuple):
    """What files share with the corpus: share of tokens in passages, and the longest passage in tokens."""

    files: int
    with_passages: int
    most: float
    longest: int


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # seen while it runs, in a file as well
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        origins = found_here(whole=options.whole)
        corpus = build_corpus(origins, scratch / "corpus.safetensors", name="installed here")
        describe(corpus, scratch / "corpus.safetensors", seconds=time.monotonic() - begun)
        failures = copies(corpus, origins, scratch, count=options.copies, seed=options.seed)
        failures += independent(corpus, scratch)
    print(f"\n{time.monotonic() - begun:.0f} s in all")
    for failure in failures:
        print(f"FAILED {failure}")
    return 1 if failures else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=40, help="files that are copied, each whole and in part")
    parser.add_argument("--whole", action="store_true", help="index whole packages: minutes")
    parser.add_argument("--seed", type=int, default=5)
    return parser.parse_args()


def found_here(*, whole: bool) -> list[Origin]:
    """Return the packages' folders, or parts of them; one that is not installed is named and left out."""
    found: list[Origin] = []
    for package, parts in PARTS.items():
        try:
            rows = [row for row in installed(package) if row.folder.name == package]
        except InputError as error:
            print(f"left out: {error}")
            continue
        folders = [row._replace(folder=row.folder / part) for row in rows for part in (("",) if whole else parts)]
        found += [row for row in folders if row.folder.is_dir()]
    return found


def describe(corpus: Corpus, path: Path, *, seconds: float) -> None:
    tokens = sum(row.tokens for row in corpus.files)
    prints = len(corpus.arrays["hash"])
    print(
        f"corpus: {len(corpus.files):,} files, {tokens:,} tokens, {prints:,} fingerprints ({prints / tokens:.1%} of tokens)"
    )
    print(f"        {path.stat().st_size / 1e6:.1f} MB with texts, built in {seconds:.0f} s")
    for source in corpus.sources:
        print(f"        {source['name']} {source['version']} ({source['licence']}): {source['files']} files")


def copies(corpus: Corpus, origins: Sequence[Origin], scratch: Path, *, count: int, seed: int) -> list[str]:
    """Print how well the lines of copies are found, and say what was missed."""
    paths = [path for origin in origins for path in sorted(origin.folder.rglob("*.py")) if path.stat().st_size > SMALL]
    known = {row.path for row in corpus.files if row.tokens >= TOKENS}
    paths = [path for path in dict.fromkeys(paths) if any(str(path).endswith(f"/{name}") for name in known)]
    chance = random.Random(seed)
    chance.shuffle(paths)
    own = [
        path for folder in OWN for path in sorted((ROOT / folder).rglob("*.py")) if SMALL < path.stat().st_size < LARGE
    ]
    print(
        f"\n{'copies in disguise':24} {'n':>3} {'lines found':>22} {'lines right':>12} {'at the source':>14} {'right file':>11} {'names kept':>11}"
    )
    failures: list[str] = []
    for title, make in (
        ("whole files", copied_file),
        ("single pieces", copied_piece),
        ("rearranged files", rearranged),
    ):
        results = []
        for number, path in enumerate(paths[:count]):
            around = (chance.choice(own).read_text("utf-8"), chance.choice(own).read_text("utf-8"))
            copy = make(path, around=around, seed=seed + number)
            if copy is not None:
                results.append((copy, *judged(copy, corpus, scratch)))
        failures += table(title, results)
    return failures


def judged(copy: Copy, corpus: Corpus, scratch: Path) -> tuple[Lines, list[float]]:
    report = code_report([Source("copy.py", copy.text, "python")], corpora=[corpus], passages=scratch / "passages")
    passages = report["files"][0]["passages"]
    return lines_found(copy, passages), [row["names_kept"] for row in passages if row["names_kept"] is not None]


def table(title: str, results: list[tuple[Copy, Lines, list[float]]]) -> list[str]:
    lines = [row for _copy, row, _names in results]
    names = [value for *_rest, values in results for value in values]
    recall, right, source, file = (sum(column) / len(lines) for column in zip(*lines, strict=True))
    print(
        f"{title:24} {len(lines):>3} {recall:>8.1%} (least {min(row.recall for row in lines):.1%}) {right:>12.1%} "
        f"{source:>14.1%} {file:>11.1%} {sum(names) / max(1, len(names)):>11.1%}"
    )
    failures = [
        f"{title}: {copy.source} {row.recall:.1%} of its lines" for copy, row, _ in results if row.recall < LEAST_EACH
    ]
    if recall < LEAST_RECALL[title]:
        failures.append(f"{title}: {recall:.1%} of the lines were found, asked for {LEAST_RECALL[title]:.0%}")
    if min(right, source, file) < LEAST_RIGHT:
        failures.append(
            f"{title}: {min(right, source, file):.1%} of the lines named are right, asked for {LEAST_RIGHT:.0%}"
        )
    return failures


def independent(corpus: Corpus, scratch: Path) -> list[str]:
    """Print what code shares that was written without the other: the same API twice, and unrelated projects."""
    print(f"\n{'written independently':52} {'files':>6} {'with passages':>14} {'most contained':>15} {'longest':>8}")
    failures = []
    for title, folder, package in SAME_API:
        found = counted(corpus, ROOT / folder, scratch, only=package)
        print(row_of(f"{title} ({folder} beside {package})"[:52], found))
        if found.with_passages:
            failures.append(f"{folder} beside {package}: {found.with_passages} files share passages")
    for folder in OWN:
        found = counted(corpus, ROOT / folder, scratch)
        print(row_of(f"all of {folder} beside all packages", found))
    if corpus.null is not None:
        null = corpus.null
        print(
            row_of(
                "the packages among one another",
                Counted(null["files"], null["with_passages"], null["contained"]["max"], null["longest"]["max"]),
            )
        )
        print(
            f"{'':52} 99 % of these files share at most {null['contained']['0.99']:.1%}; some did take code from one another"
        )
    print(f"{'':52} ({GUARANTEE} equal tokens in a row are never missed)")
    return failures


def counted(corpus: Corpus, folder: Path, scratch: Path, *, only: str = "") -> Counted:
    report = code_report(sources_of(folder), corpora=[corpus], passages=scratch / "passages")
    rows = [(row, passages_with(row, only)) for row in report["files"]]
    hit = [(row, passages) for row, passages in rows if passages]
    longest = max((passage["tokens"] for _row, passages in hit for passage in passages), default=0)
    return Counted(len(rows), len(hit), max((row["contained"] for row, _ in hit), default=0.0), longest)


def passages_with(row: dict[str, Any], package: str) -> list[dict[str, Any]]:
    return [passage for passage in row["passages"] if not package or passage["source"] == package]


def sources_of(folder: Path) -> Iterator[Any]:
    yield from read_sources(folder)


def row_of(title: str, found: Counted) -> str:
    return f"{title:52} {found.files:>6} {found.with_passages:>14} {found.most:>15.1%} {found.longest:>8}"


if __name__ == "__main__":
    sys.exit(main())
