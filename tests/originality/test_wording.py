"""Whatever the engine writes into a report has its line in wording.py, or a Korean page would show English."""

import ast
from pathlib import Path

import pytest

from originality import figurewords, tracewords
from originality.core.trace.measures import Measures
from originality.core.trace.report import trace_report
from originality.wording import SENTENCES
from tests.originality.core.trace.courses import columns, facts, logs_of

MODULES = (
    "blocks", "compare", "crosschecks", "disguise", "embeddings", "exclusions", "localise", "metadata", "outcome", "report",
    "robust", "scores", "seeds", "typescores",
)  # fmt: skip
JOINED = ("embedding by channel: ", "joint test of norm gains: ", "the ", " has no tokenizer.json")
REASONS = {
    f"{test}: {why}" for test in ("embedding by channel", "joint test of norm gains") for why in ("the widths differ",)
}


def sentences(path):
    """Texts with a blank that are neither documentation nor part of an error."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            left_out |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in left_out]
    return [text for text in texts if isinstance(text, str) and " " in text.strip()]


@pytest.mark.parametrize("name", MODULES)
def test_every_sentence_has_its_line(name):
    known = set(SENTENCES) | {text.partition(": ")[2] for text in SENTENCES}

    missing = [text for text in sentences(Path(f"originality/core/{name}.py")) if text not in known]

    assert [text for text in missing if not text.endswith(JOINED) and " | " not in text] == []


def test_reasons_that_are_put_together_have_their_line():
    assert set(SENTENCES) >= REASONS


TRACE = ("checks", "weightchecks")
EVENTS = {"clock change", "data change", "batch change", "schedule change"}


def written_by_checks(path):
    """Sentences of a check; parts of f-strings and annotations are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    left_out |= {id(node.annotation) for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)}
    left_out |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in left_out]
    return {text for text in texts if isinstance(text, str) and len(text) > 3 and " " in text.strip()}


def test_every_sentence_of_a_check_has_its_line():
    paths = [path for folder in TRACE for path in Path(f"originality/core/trace/{folder}").glob("*.py")]
    paths.append(Path("originality/core/trace/missing.py"))

    written = set().union(*(written_by_checks(path) for path in paths))

    assert written - EVENTS - set(tracewords.SENTENCES) == set()


def test_every_figure_has_its_name():
    report = trace_report(logs_of(columns()), facts(), Measures())
    names = {name for row in report["findings"] for name in (*row["figure"], *row["expected"])}

    assert names - set(figurewords.FIGURES) == set()
