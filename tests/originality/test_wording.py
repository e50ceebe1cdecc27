"""Whatever the engine writes into a report has its line in wording.py, or a Korean page would show English."""

import ast
from pathlib import Path

import pytest

from originality.wording import SENTENCES

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
