"""Figures of the code (`make figures`): lines per app, longest function and file, median function length."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SKIPPED = {"build", "migrations", "__pycache__", ".venv", "var", "node_modules", "vendor"}


class Function(NamedTuple):
    path: Path
    name: str
    line: int
    length: int  # lines from `def` to the last one, docstring not counted


class Source(NamedTuple):
    path: Path  # relative to the root
    lines: int
    functions: list[Function]


def sources(root: Path = ROOT) -> list[Source]:
    files = (path.relative_to(root) for path in sorted(root.rglob("*.py")))
    return [
        read_source(root, path) for path in files if not SKIPPED.intersection(path.parts) and path.parts[0][0] != "."
    ]


def read_source(root: Path, path: Path) -> Source:
    text = (root / path).read_text(encoding="utf-8")
    return Source(path, len(text.splitlines()), list(functions_in(ast.parse(text), path)))


def functions_in(tree: ast.Module, path: Path) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(path, node.name, node.lineno, length_of(node))


def length_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    spent = (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1 if docstring else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - spent


def app_of(path: Path) -> str:
    """`portal/review/views.py` belongs to portal.review, `originality/…` to originality."""
    deep = path.parts[0] == "portal" and len(path.parts) > 2
    return ".".join(path.parts[: 2 if deep else 1])


def lines_per_app(found: list[Source]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for source in found:
        totals[app_of(source.path)] = totals.get(app_of(source.path), 0) + source.lines
    return dict(sorted(totals.items()))


def report(found: list[Source]) -> str:
    product = [source for source in found if source.path.parts[0] != "tests"]
    functions = [function for source in product for function in source.functions]
    longest = max(functions, key=lambda function: function.length)
    largest = max(product, key=lambda source: source.lines)
    rows = [f"{name:<24}{lines:>7,} lines" for name, lines in lines_per_app(found).items()]
    return "\n".join(
        [
            *rows,
            f"{'all but tests':<24}{sum(source.lines for source in product):>7,} lines, {len(functions):,} functions",
            f"median function         {statistics.median(function.length for function in functions):g} lines",
            f"longest function        {longest.length} lines: {longest.path}:{longest.line} {longest.name}",
            f"longest file            {largest.lines} lines: {largest.path}",
        ]
    )


if __name__ == "__main__":
    print(report(sources()))
