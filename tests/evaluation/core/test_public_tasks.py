"""The tasks of the harness that the programme names: held to the installed harness, and asked on data laid down here."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from lm_eval.tasks._index import TaskIndex

from evaluation.core.errors import TaskDataError
from evaluation.core.harness_tasks import code_config, collected, definition_digest, definition_folder
from evaluation.core.sources import SUITES, DataRoots
from evaluation.core.suites import read_suite
from evaluation.core.tasks import build_tasks

PROGRAMME = read_suite(SUITES / "programme.yaml")
INSTRUCTIONS = read_suite(SUITES / "programme-instructions.yaml")
PUBLIC = [task for suite in (PROGRAMME, INSTRUCTIONS) for task in suite.tasks if task.source.kind == "harness"]
TASKS = {task.name: task for task in PUBLIC}


@pytest.fixture(scope="module")
def indexed():
    folders = {task.source.folder: definition_folder(task.source, task=task.name) for task in PUBLIC}
    return {name: TaskIndex.build([folder]) for name, folder in folders.items()}


def leaves_of(name, index):
    """The single tasks of a task, a group or a tag of the harness."""
    entry = index[name]
    if entry.kind.name == "TASK":
        return [entry.cfg]
    inner = sorted(entry.tags) if entry.kind.name == "TAG" else entry.cfg["task"]
    return [leaf for one in inner for leaf in leaves_of(one, index)]


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_named_task_is_in_the_installed_harness_with_its_version_and_data(name, indexed):
    task = TASKS[name]
    index = indexed[task.source.folder]
    assert str(index[task.source.task].cfg["metadata"]["version"]) == task.source.version
    leaves = leaves_of(task.source.task, index)
    assert {leaf["dataset_path"] for leaf in leaves} == {task.source.data}
    kinds = {"choices": {"multiple_choice"}, "generate": {"generate_until"}, "code": {"generate_until"}}
    assert {leaf.get("output_type", "generate_until") for leaf in leaves} == kinds[task.form]


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_named_figure_is_one_the_harness_gives(name, indexed):
    task = TASKS[name]
    entry = indexed[task.source.folder][task.source.task]
    listed = entry.cfg.get("aggregate_metric_list") or entry.cfg["metric_list"]
    filters = [entry.cfg.get("filter_list"), *(row.get("filter_list") for row in listed)]
    known = {row["metric"] for row in listed}
    for metric in task.metrics if task.form != "code" else ():
        figure, _, after = metric.partition(",")
        assert figure in known
        assert not after or any(after in str(one) for one in filters)


def test_a_task_whose_scoring_runs_programs_is_known_as_one(indexed):
    unsafe = {
        task.name
        for task in PUBLIC
        if any(leaf.get("unsafe_code") for leaf in leaves_of(task.source.task, indexed[task.source.folder]))
    }
    assert unsafe == {task.name for task in PUBLIC if task.source.code} == {"humaneval"}


def test_data_that_nobody_laid_down_is_told_before_anything_is_loaded(tmp_path):
    for roots in (DataRoots(), DataRoots(datasets=tmp_path)):
        with pytest.raises(TaskDataError, match=r"gsm8k: the public data set openai/gsm8k is not on this worker"):
            definition_digest(TASKS["gsm8k"], roots=roots)


def test_a_missing_module_is_told(tmp_path):
    task = replace(TASKS["gsm8k"], source=TASKS["gsm8k"].source._replace(modules=("no_such_module",)))
    with pytest.raises(TaskDataError, match="needs the module no_such_module"):
        definition_digest(task, roots=lay_down(tmp_path))


def lay_down(folder: Path) -> DataRoots:
    """Four sums under the name and in the layout of the public set."""
    data = folder / "openai" / "gsm8k"
    (data / "main").mkdir(parents=True)
    for split in ("train", "test"):
        rows = [{"question": f"What is {n} plus {n}?", "answer": f"It is {2 * n}. #### {2 * n}"} for n in range(1, 7)]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (data / "main" / f"{split}.jsonl").write_text(text, encoding="utf-8")
    head = "---\nconfigs:\n- config_name: main\n  data_files:\n  - {split: train, path: main/train.jsonl}\n"
    (data / "README.md").write_text(head + "  - {split: test, path: main/test.jsonl}\n---\n", encoding="utf-8")
    human = folder / "openai" / "openai_humaneval"
    human.mkdir()
    korean = folder / "HAERAE-HUB" / "HAE_RAE_BENCH"
    korean.mkdir(parents=True)
    head = "---\nconfigs:\n"
    for name in ("general_knowledge", "history", "loan_words", "rare_words", "standard_nomenclature"):
        rows = [{"query": name, "answer": answer} for answer in ("(A)", "(B)")]
        (korean / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        head += f"- config_name: {name}\n  data_files:\n  - {{split: test, path: {name}.jsonl}}\n"
    (korean / "README.md").write_text(head + "---\n", encoding="utf-8")
    row = {"task_id": "T/0", "prompt": "def one():\n", "entry_point": "one", "test": "def check(candidate): pass"}
    (human / "test.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return DataRoots(datasets=folder)


def test_a_digest_follows_the_data(tmp_path):
    roots = lay_down(tmp_path)
    first = definition_digest(TASKS["gsm8k"], roots=roots)
    (tmp_path / "openai" / "gsm8k" / "main" / "test.jsonl").write_text("{}\n", encoding="utf-8")
    assert definition_digest(TASKS["gsm8k"], roots=roots) != first


def test_of_a_task_with_code_the_harness_gets_no_function(tmp_path):
    config = code_config(TASKS["humaneval"], roots=lay_down(tmp_path))
    assert "unsafe_code" not in config
    assert config["metric_list"] == [{"metric": "bypass", "higher_is_better": True}]
    assert config["generation_kwargs"]["until"][1] == "\ndef"
    assert not [value for value in config.values() if "utils" in str(value)]


def test_a_group_without_figures_of_its_own_gets_the_mean_over_items():
    """The spread of the parts is pooled as the harness does it for groups that declare how."""
    results = {
        "hrm8k": {"alias": "hrm8k"},
        "a": {"exact_match,none": 1.0, "exact_match_stderr,none": 0.1},
        "b": {"exact_match,none": 0.5, "exact_match_stderr,none": 0.2},
    }
    samples = {"a": [{"doc_id": n} for n in range(2)], "b": [{"doc_id": n} for n in range(6)]}
    found = {"results": results, "samples": samples, "groups": {}, "group_subtasks": {"hrm8k": ["a", "b"]}}
    found |= {"higher_is_better": {"a": {"exact_match": True}}, "configs": {"a": {}}}
    whole = collected(TASKS["hrm8k"], found)
    assert (whole.n, whole.figures["exact_match,none"]) == (8, 5 / 8)
    pooled = ((1 * 0.01 * 2 + 5 * 0.04 * 6) / (8 - 2) / 8) ** 0.5
    assert whole.figures["exact_match_stderr,none"] == pytest.approx(pooled)
    assert {sample["leaf"] for sample in whole.samples} == {"a", "b"}


ASK = """
import sys
from pathlib import Path
import lm_eval
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager
from evaluation.core.harness_tasks import collected, include_paths, load_task
from evaluation.core.sources import SUITES, DataRoots
from evaluation.core.suites import metric_key, read_suite

class Says(LM):
    def generate_until(self, requests, **options): return [" #### 8" for _ in requests]
    def loglikelihood(self, requests, **options): return [(-float(len(one.args[1])), False) for one in requests]
    def loglikelihood_rolling(self, requests, **options): raise AssertionError("none of these tasks is scored as a text")

suite, own, data = read_suite(Path(sys.argv[1])), Path(sys.argv[2]), DataRoots(datasets=Path(sys.argv[3]))
tasks = [task for task in suite.tasks if task.name in {"gsm8k", "humaneval", "haerae"}]
manager = TaskManager(include_path=include_paths(tasks, own=own), include_defaults=False)
for task in tasks:
    found = collected(task, lm_eval.evaluate(lm=Says(), task_dict=load_task(manager, task, roots=data)))
    shown = found.samples[0]["arguments"][0][0].count("Question:")
    print(task.name, found.n, len(found.samples), shown, [found.figures.get(metric_key(task, one)) for one in task.metrics])
"""


def test_the_harness_asks_its_own_task_on_the_data_laid_down(tmp_path):
    """In a process of its own: the harness imports torch, and keeps caches."""
    roots = lay_down(tmp_path / "data")
    suite = replace(PROGRAMME, tasks=(TASKS["gsm8k"], TASKS["haerae"], TASKS["humaneval"]))
    built = build_tasks(suite, tmp_path / "own", roots=roots)
    assert [(one.name, one.items) for one in built] == [("gsm8k", 0), ("haerae", 0), ("humaneval", 0)]
    known = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", ASK, str(SUITES / "programme.yaml"), str(tmp_path / "own"), str(roots.datasets)]
    done = subprocess.run(command, env=os.environ | known, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    sums, korean, code = done.stdout.strip().splitlines()[-3:]
    assert sums.startswith("gsm8k 6 12 6 [")  # six items, once for each of two filters
    assert sums.count("0.1666") == 2
    assert korean == "haerae 10 10 0 [0.5, 0.5]"
    assert code == "humaneval 1 1 0 [None]"
