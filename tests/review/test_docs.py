"""The diagrams in the docs are those of the tables."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_diagrams_are_up_to_date():
    done = subprocess.run(
        [sys.executable, "tools/diagrams.py", "--check"], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert done.stdout == ""
    assert done.returncode == 0
