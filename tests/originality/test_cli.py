import json
import subprocess
import sys

import pytest
from rich.console import Console

from originality.cli import main
from originality.core.compare import compare_paths
from originality.core.summarytext import print_report
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


def run_as_shell(arguments):
    """Exit code as the shell sees it: argparse leaves by SystemExit."""
    try:
        return main(arguments)
    except SystemExit as left:
        return left.code


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["compare", "{dir}/no", "{dir}"], "no such folder"),
        (["compare", "{parent}", "{parent}"], "candidate and reference are the same"),
        (["compare", "{parent}", "{parent}/../parent"], "candidate and reference are the same"),
        (["compare", "{parent}", "{empty}"], "the folder is empty"),
        (["compare", "{parent}", "{parent}/part-0.safetensors"], "not a sketch"),
        (["compare", "{parent}", "{parent}/config.json"], "not a readable sketch"),
        (["compare", "{parent}"], "required: reference"),
        (["compare", "{child}", "{parent}", "--json", "{dir}/no/report.json"], "cannot be written"),
        (["compare", "{child}", "{parent}", "--public-since", "yesterday"], "is not a date"),
        (["compare", "{child}", "{parent}", "--baselines", "{parent}/config.json"], "baselines"),
        (["compare", "{child}", "{parent}", "--registry", "{empty}"], "has no nulls"),
        (["sketch", "{parent}", "-o", "{empty}"], "cannot be written"),
        (["explain", "1.968"], "lies between -1 and 1"),
        (["explain", "nan"], "is no figure"),
        (["explain", "-0.2", "--kind", "equal"], "no unrelated pairs are known"),
        (["explain", "much"], "invalid float value"),
        (["registry", "verify", "{empty}"], "no registry.json"),
        (["registry", "nulls", "{empty}"], "the registry is empty"),
        (["registry", "show", "{empty}", "nobody"], "no reference is called 'nobody'"),
        (["frobnicate"], "invalid choice"),
    ],
)
def test_bad_input_is_one_line_and_2(models, tmp_path, capsys, arguments, cause):
    (tmp_path / "empty").mkdir()
    places = {"dir": tmp_path, "empty": tmp_path / "empty", "child": models[0], "parent": models[1]}

    assert run_as_shell([text.format(**places) for text in arguments]) == 2

    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("python -m originality")
    assert cause in lines[0]


def test_a_torn_sketch_and_one_of_another_schema_are_refused(models, tmp_path, capsys):
    sketch = tmp_path / "parent.sketch"
    assert main(["sketch", str(models[1]), "-o", str(sketch)]) == 0
    whole = sketch.read_bytes()
    for damaged in (whole[:-9], whole.replace(b"originality-sketch/2", b"originality-sketch/1"), b""):
        sketch.write_bytes(damaged)

        assert main(["compare", str(models[0]), str(sketch)]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_names_from_files_reach_the_terminal_as_text(models, capsys):
    document = compare_paths(*models)
    document["candidate"]["label"] = "[bold]x[/nothing]\x1b[31m"

    print_report(document, Console())

    shown = capsys.readouterr().out
    assert "[bold]x[/nothing]?[31m" in shown
    assert "\x1b" not in shown


def test_a_step_0_tells_a_common_seed(tmp_path, capsys):
    folders = [
        write_model(tmp_path / name, tensors)
        for name, tensors in (
            ("ours", fine_tuned(llama(seed=1), share=0.8)),
            ("theirs", fine_tuned(llama(seed=1), seed=5, share=0.8)),
            ("step0", llama(seed=1)),
        )
    ]

    assert main(["compare", *map(str, folders[:2]), "--step0", str(folders[2])]) == 0

    shown = capsys.readouterr().out
    assert "level 2: common origin" in shown
    assert "no more than this checkpoint is shown to be shared" in shown


def test_dates_and_declared_lineage_stand_in_the_report(models, tmp_path):
    out = tmp_path / "report.json"
    known = ["--public-since", "2025-01-01", "--earliest-deposit", "2026-03-01", "--lineage", "our model of 2025"]

    assert main(["compare", *map(str, models), "--json", str(out), *known]) == 0

    report = json.loads(out.read_text())
    assert report["global"]["level"] == 2
    assert report["global"]["outcome"] == "own lineage"
    assert report["lineage"] == {"declared": "our model of 2025", "shown": True}
    assert report["direction"] == {
        "text": "direction not determined",
        "reference_public_since": "2025-01-01",
        "candidate_earliest_deposit": "2026-03-01",
    }


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
    assert "no figure can show less than p = 0.500" in shown
    assert "parent – child" in shown


def test_a_reference_is_named_and_brings_date_and_nulls(models, tmp_path):
    registry, out = tmp_path / "registry", tmp_path / "report.json"
    add(registry, models[1], "parent")
    add(registry, write_model(tmp_path / "other", llama(seed=2)), "other")
    assert main(["registry", "nulls", str(registry)]) == 0

    assert main(["compare", str(models[0]), "parent", "--registry", str(registry), "--json", str(out)]) == 0

    report = json.loads(out.read_text())
    assert report["direction"]["reference_public_since"] == "2025-01-01"
    found = next(score for score in report["scores"] if score["kind"] == "gate")
    assert found["value"] > 0.9
    assert abs(found["registry_mean"]) < 0.2
    assert (found["registry_pairs"], found["control_percentile"], found["smallest_p"]) == (1, 100.0, 0.5)
    heads = next(row for row in report["metadata"]["dimensions"] if row["name"] == "num_attention_heads")
    assert (heads["equal"], heads["shared_by"], heads["of"]) == (True, 2, 2)


def test_nulls_of_another_state_of_the_registry_are_noticed(models, tmp_path, capsys):
    registry = tmp_path / "registry"
    add(registry, models[1], "parent")
    assert main(["registry", "nulls", str(registry)]) == 0
    assert main(["registry", "verify", str(registry)]) == 0
    add(registry, models[0], "child", "--descends-from", "parent")

    assert main(["registry", "verify", str(registry)]) == 2
    assert "another state of the registry" in capsys.readouterr().err


def test_an_index_names_files_of_its_folder_only(models, tmp_path, capsys):
    registry = tmp_path / "registry"
    add(registry, models[1], "parent")
    index = json.loads((registry / "registry.json").read_text())
    index["entries"][0]["file"] = "../../secret.sketch"
    (registry / "registry.json").write_text(json.dumps(index))

    assert main(["registry", "list", str(registry)]) == 2
    assert "outside of the folder" in capsys.readouterr().err


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


def test_the_same_weights_are_no_second_reference(models, tmp_path, capsys):
    add(tmp_path / "registry", models[1], "parent")

    assert add(tmp_path / "registry", models[1], "again") == 2
    assert "already in the registry as 'parent'" in capsys.readouterr().err
    assert main(["registry", "verify", str(tmp_path / "registry")]) == 0


def test_a_device_that_is_not_there_is_refused(models, capsys):
    assert run_as_shell(["compare", *map(str, models), "--device", "abacus"]) == 2
    assert "invalid choice" in capsys.readouterr().err


def test_explain_says_what_unrelated_models_give(capsys):
    assert main(["explain", "0.968", "--kind", "norm"]) == 0

    shown = capsys.readouterr().out
    assert "unrelated models give" in shown
    assert "a level never follows from it" in shown
    assert "strangers whose gains spread by 18% around their mean give 0.968 by chance alone" in shown


def test_trace_of_logs(tmp_path, capsys):
    assert main(["trace", str(write_logs(tmp_path / "logs"))]) == 0

    assert "first loss: not applicable" in capsys.readouterr().out


def test_run_leaves_its_cause_in_error_json(tmp_path):
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"kind": "originality.sketch", "model": "nothing", "number": 1, "of": 1}))

    assert main(["run", str(spec)]) == 2

    error = json.loads((tmp_path / "error.json").read_text())
    assert error["transient"] is False
    assert "nothing" in error["message"]
