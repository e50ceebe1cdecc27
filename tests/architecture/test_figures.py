"""The figures of the code, and the two limits the house keeps."""

import runpy
from pathlib import Path

from tests.architecture.layers import ROOT

figures = runpy.run_path(str(ROOT / "tools" / "figures.py"), run_name="figures")


def test_counts_of_a_small_tree(tmp_path: Path):
    app = tmp_path / "portal" / "desk"
    app.mkdir(parents=True)
    (app / "views.py").write_text(
        'def page(request):\n    """Why."""\n    return 1\n\n\ndef tiny(): return 2\n', "utf-8"
    )

    found = figures["sources"](tmp_path)

    assert figures["lines_per_app"](found) == {"portal.desk": 6}
    assert [(function.name, function.length) for function in found[0].functions] == [("page", 2), ("tiny", 1)]
    assert "longest function        2 lines: portal/desk/views.py:1 page" in figures["report"](found)


WHOLE = "portal/results/verifier/verify_release.py"
"""Ships with every release as one file that needs nothing else."""


def test_files_stay_readable():
    long = [str(source.path) for source in figures["sources"]() if source.lines > 300]
    assert [path for path in long if not path.startswith("tests") and path != WHOLE] == []


def test_functions_stay_short():
    functions = [
        function for source in figures["sources"]() if source.path.parts[0] != "tests" for function in source.functions
    ]
    assert [f"{function.path}:{function.line}" for function in functions if function.length > 60] == []
