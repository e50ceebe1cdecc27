"""Copies of public source files in disguise: every name another one, comments gone, laid out anew, between other code."""

import ast
import builtins
import keyword
import random
from pathlib import Path
from typing import NamedTuple

KEPT = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"self", "cls"}
LONG_ENOUGH = 30  # lines that a copied piece has at least, as written anew


class Copy(NamedTuple):
    """A file with a copied piece: `first` to `last` are its lines here; `source_*` the lines it was taken from."""

    text: str
    first: int
    last: int
    source: str
    source_first: int
    source_last: int


class _Rename(ast.NodeTransformer):
    """Give every name of a program another one, the same for the same name; builtins and the magic methods stay."""

    def __init__(self, chance: random.Random) -> None:
        self._names: dict[str, str] = {}
        self._chance = chance

    def _new(self, name: str) -> str:
        if name in KEPT or (name.startswith("__") and name.endswith("__")):
            return name
        return self._names.setdefault(
            name, f"{self._chance.choice('abcdefgh')}{len(self._names):x}_{self._chance.randrange(99)}"
        )

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field in ("id", "attr", "arg", "name"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, self._new(value))
        return super().generic_visit(node)


class _Bare(ast.NodeTransformer):
    """Take docstrings out; a body that was nothing else passes."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) and isinstance(
            body, list
        ):
            first = body[0] if body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = body[1:] or [ast.Pass()]  # type: ignore[attr-defined]
        return node


class _Sprinkle(ast.NodeTransformer):
    """Put a statement of no effect after every few statements of a body, and functions into another order."""

    def __init__(self, chance: random.Random, every: int) -> None:
        self._chance = chance
        self._every = every

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and isinstance(body, list):
            node.body = [new for place, old in enumerate(body) for new in self._with(old, place)]
        if isinstance(node, ast.Module | ast.ClassDef) and isinstance(body, list):
            functions = [old for old in body if isinstance(old, ast.FunctionDef)]
            self._chance.shuffle(functions)
            node.body = [functions.pop() if isinstance(old, ast.FunctionDef) else old for old in body]
        return node

    def _with(self, old: ast.stmt, place: int) -> list[ast.stmt]:
        if place % self._every != self._every - 1 or isinstance(old, ast.Return):
            return [old]
        added = ast.parse(f"unused_{place} = max({self._chance.randrange(99)}, {self._chance.randrange(99)})").body[0]
        return [old, added]


def rearranged(path: Path, *, around: tuple[str, str], seed: int) -> Copy:
    """Return the whole file in disguise, its functions in another order and a foreign statement after every four."""
    text = path.read_text(encoding="utf-8")
    tree = _Sprinkle(random.Random(seed), 4).visit(ast.parse(text))
    return _between(disguised(tree, seed=seed), around, path=path, lines=(1, text.count("\n") + 1))


def disguised(tree: ast.AST, *, seed: int) -> str:
    """Return a program again with other names, no comments and the layout of another writer."""
    renamed = _Rename(random.Random(seed)).visit(_Bare().visit(tree))
    return ast.unparse(ast.fix_missing_locations(renamed))


def disguised_text(text: str, *, seed: int) -> str:
    return disguised(ast.parse(text), seed=seed)


def copied_file(path: Path, *, around: tuple[str, str], seed: int) -> Copy:
    """Return the whole file in disguise, between code of another hand."""
    text = path.read_text(encoding="utf-8")
    return _between(disguised(ast.parse(text), seed=seed), around, path=path, lines=(1, text.count("\n") + 1))


def copied_piece(path: Path, *, around: tuple[str, str], seed: int) -> Copy | None:
    """Return one function or class of the file in disguise, between code of another hand; None where all are short."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    random.Random(seed).shuffle(nodes)
    for node in nodes:
        lines = (node.lineno, node.end_lineno or node.lineno)
        text = disguised(ast.Module([node], []), seed=seed)
        if text.count("\n") + 1 >= LONG_ENOUGH:
            return _between(text, around, path=path, lines=lines)
    return None


def _between(text: str, around: tuple[str, str], *, path: Path, lines: tuple[int, int]) -> Copy:
    before, behind = around
    first = before.count("\n") + 2
    whole = f"{before}\n{text}\n{behind}\n"
    return Copy(whole, first, first + text.count("\n"), str(path), *lines)


class Lines(NamedTuple):
    """How well the lines of a copy were found: of its lines, of the lines named, and of the lines named at the source."""

    recall: float
    precision: float
    source_precision: float
    right_file: float


def lines_found(copy: Copy, passages: list[dict[str, object]]) -> Lines:
    """Compare the passages of a report with what is known of the copy; shares of lines, of tokens for the right file."""
    truth = _code_lines(copy)
    named = {line for row in passages for line in range(int(str(row["first_line"])), int(str(row["last_line"])) + 1)}
    right = [row for row in passages if copy.source.endswith(str(row["source_path"]))]
    there = [line for row in right for line in range(int(str(row["source_first"])), int(str(row["source_last"])) + 1)]
    inside = [line for line in there if copy.source_first <= line <= copy.source_last]
    whole = range(copy.first, copy.last + 1)
    return Lines(
        len(truth & named) / max(1, len(truth)),
        sum(line in whole for line in named) / max(1, len(named)),
        len(inside) / max(1, len(there)),
        sum(int(str(row["tokens"])) for row in right) / max(1, sum(int(str(row["tokens"])) for row in passages)),
    )


def _code_lines(copy: Copy) -> set[int]:
    lines = copy.text.split("\n")
    return {number for number in range(copy.first, copy.last + 1) if lines[number - 1].strip()}
