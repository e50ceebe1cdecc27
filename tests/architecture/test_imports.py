"""The layers as import-linter contracts, and proof that each contract breaks when it should."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.layers import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")
PACKAGES = ("portal", "evaluation", "originality", "demo")

PLANTED = [
    ("apps", "portal/audit/planted.py", "from portal.review import apps\n"),
    ("apps", "evaluation/planted.py", "import originality.core\n"),
    ("apps", "originality/planted.py", "def late():\n    import demo.makers\n"),
    ("apps", "portal/common/planted.py", "def late():\n    import portal.jobs.apps\n"),
    ("rooms", "portal/results/models.py", "from portal.results import views\n"),
    ("pure", "originality/core/planted.py", "from django.conf import settings\n"),
    ("pure", "portal/common/formats/planted.py", "from portal.common import apps\n"),
    ("client", "portal/client/planted.py", "import portal.artifacts\n"),
    ("conversion", "portal/client/push.py", "import portal.client.conversion.reading\n"),
    ("nobody-needs-the-client", "portal/artifacts/planted.py", "import portal.client\n"),
    ("verifier", "portal/results/verifier/planted.py", "import portal.common.formats\n"),
]


def lint(tree: Path, contract: str = "") -> subprocess.CompletedProcess[str]:
    chosen = ["--contract", contract] if contract else []
    return subprocess.run(
        [str(LINTER), "--config", ".importlinter", "--no-cache", "--no-logo", *chosen],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.po", "*.mo")
        )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_contracts_hold():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "path", "source"), PLANTED, ids=lambda value: str(value)[:40])
def test_a_planted_import_breaks_its_contract(tree: Path, contract: str, path: str, source: str):
    file = tree / path
    file.write_text(source + (file.read_text(encoding="utf-8") if file.exists() else ""), encoding="utf-8")

    result = lint(tree, contract)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
