"""The pure cores load where Django is not installed, and without paying for torch."""

import subprocess
import sys

import pytest

from tests.architecture.layers import ROOT

PURE = [
    "originality.core",
    "evaluation.core",
    "portal.programmes.ruleset",
    "portal.common.formats",
    "portal.common.sandbox",
    "portal.consortia.choosing",
    "portal.consortia.card_hours",
    "portal.review.scoring",
    "portal.review.drawing",
    "portal.results.bundle",
    "portal.results.verifier",
    "portal.client",
]
# Run by a process of its own alone (`portal-upload convert`), which is there to load torch.
PROBE = """
import importlib, importlib.util, pkgutil, sys
OWN_PROCESS = "portal.client.conversion."

for name in ("django", "rest_framework", "celery", "allauth"):
    sys.modules[name] = None  # import of it raises ImportError

module = importlib.import_module(sys.argv[1])
for found in pkgutil.walk_packages(getattr(module, "__path__", []), module.__name__ + "."):
    if not found.name.endswith("__main__") and not found.name.startswith(OWN_PROCESS):
        importlib.import_module(found.name)
heavy = {"torch", "transformers", "lm_eval"} & set(sys.modules)
sys.exit(f"{module.__name__} loads {sorted(heavy)} at import" if heavy else 0)
"""


@pytest.mark.parametrize("name", PURE)
def test_loads_without_django_and_torch(name: str):
    result = subprocess.run([sys.executable, "-c", PROBE, name], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_transition_tables_load_without_django():
    tables = sorted(path.relative_to(ROOT).with_suffix("") for path in (ROOT / "portal").glob("*/transitions.py"))
    for table in tables:
        name = ".".join(table.parts)
        result = subprocess.run(
            [sys.executable, "-c", PROBE, name], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{name}: {result.stderr}"
