import json
import subprocess
import sys

import pytest

from originality.cli import main
from tests.factories.originality import fine_tuned, llama, write_logs, write_model


@pytest.fixture
def models(tmp_path):
    return write_model(tmp_path / "child", fine_tuned(llama(seed=1))), write_model(tmp_path / "parent", llama(seed=1))


def test_compare_writes_the_documented_report(models, tmp_path):
    out = tmp_path / "report.json"

    assert main(["compare", *map(str, models), "--json", str(out)]) == 0

    report = json.loads(out.read_text())
    assert report["schema"] == "originality-report/2"
    keys = {"candidate", "reference", "coverage", "plan_digest", "tests_tried", "modules", "global", "scores", "limits"}
    assert keys <= set(report)
    json.dumps(report, allow_nan=False)


def test_compare_prints_every_figure_beside_its_null(models, capsys):
    assert main(["compare", *map(str, models)]) == 0

    shown = capsys.readouterr().out
    assert "level 2: common origin; direction not determined" in shown
    assert "±" in shown


def test_bad_input_is_one_line_and_2(tmp_path, capsys):
    assert main(["compare", str(tmp_path / "no"), str(tmp_path)]) == 2

    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_neither_the_portal_nor_torch_is_imported(models):
    code = (
        "import sys; from originality.cli import main; main(sys.argv[1:]); "
        "print({'django', 'torch', 'tensorflow'} & set(sys.modules))"
    )
    argv = [sys.executable, "-c", code, "compare", *map(str, models), "--json", "/dev/null"]

    done = subprocess.run(argv, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_sketch_then_compare(models, tmp_path, capsys):
    sketch = tmp_path / "parent.sketch"

    assert main(["sketch", str(models[1]), "-o", str(sketch)]) == 0
    assert main(["compare", str(models[0]), str(sketch), "--json", "-"]) == 0

    text = capsys.readouterr().out
    assert json.loads(text[text.index("{") :])["reference"]["seen_as"] == "sketch"


def add(folder, model, name, *more):
    facts = ["--source", "test", "--revision", "1", "--licence", "MIT", "--public-since", "2025-01-01"]
    return main(["registry", "add", str(folder), str(model), "--name", name, *facts, *more])


def test_registry_from_adding_to_nulls(models, tmp_path, capsys):
    registry = tmp_path / "registry"
    assert add(registry, models[1], "parent") == 0
    assert add(registry, models[0], "child", "--descends-from", "parent") == 0
    assert add(registry, write_model(tmp_path / "other", llama(seed=2)), "other") == 0

    assert main(["registry", "verify", str(registry)]) == 0
    assert main(["registry", "nulls", str(registry)]) == 0
    assert main(["registry", "list", str(registry)]) == 0
    assert main(["registry", "show", str(registry), "child"]) == 0
    assert main(["explain", "0.98", "--baselines", str(registry / "baselines.json")]) == 0

    shown = capsys.readouterr().out
    assert "N=1 pairs of 2 models" in shown
    assert "parent – child" in shown


def test_registry_notices_a_changed_sketch(models, tmp_path, capsys):
    registry = tmp_path / "registry"
    add(registry, models[1], "parent")
    sketch = next(registry.glob("*.sketch"))
    sketch.write_bytes(sketch.read_bytes() + b"x")

    assert main(["registry", "verify", str(registry)]) == 2
    assert "was changed since it was added" in capsys.readouterr().err


def test_a_name_is_used_once(models, tmp_path, capsys):
    add(tmp_path / "registry", models[1], "parent")

    assert add(tmp_path / "registry", models[0], "parent") == 2


def test_explain_says_what_unrelated_models_give(capsys):
    assert main(["explain", "0.968", "--kind", "norm"]) == 0

    assert "unrelated models give" in capsys.readouterr().out


def test_trace_of_logs(tmp_path, capsys):
    assert main(["trace", str(write_logs(tmp_path / "logs"))]) == 0

    assert "loss falls: shown" in capsys.readouterr().out


def test_run_leaves_its_cause_in_error_json(tmp_path):
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"kind": "originality.trace", "logs": "nothing"}))

    assert main(["run", str(spec)]) == 2

    error = json.loads((tmp_path / "error.json").read_text())
    assert error["transient"] is False
    assert "nothing" in error["message"]
