"""What a schema cannot say: contradictions inside one document, each with its path."""

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

_CHOICE = {"acc", "acc_norm"}
METRICS = {
    "labels": _CHOICE,
    "pair": _CHOICE,
    "correction": _CHOICE,
    "choices": _CHOICE,
    "text": {"bits_per_byte", "byte_perplexity"},
    "generate": {"exact_match"},
    "instructions": {"rules_followed", "prompts_followed"},
    "code": {"pass_at_1"},
}
PLACEHOLDERS: dict[str, set[str]] = {form: {"question"} for form in METRICS} | {"correction": set(), "text": set()}
WRITTEN = {"generate", "instructions", "code"}
PACKAGE_FORMS = {"labels", "pair", "correction", "text"}
LIST_FORMS = METRICS.keys() - {"pair", "correction"}

Problems = Iterator[tuple[str, str]]


def contradictions(document: Mapping[str, Any]) -> Problems:
    """Those of both schemas; `$.…` is where the first reader looks."""
    seen: set[str] = set()
    for n, task in enumerate(document["tasks"]):
        at = f"$.tasks[{n}]"
        if task["name"] in seen:
            yield f"{at}.name", f"the name {task['name']!r} is used twice"
        seen.add(task["name"])
        if task["source"].get("kind") == "harness":
            yield from _of_harness(task, at)
        else:
            yield from _of_own(task, at)
    if "groups" in document:
        yield from _of_groups(document)
        yield from _of_second(document)


def _of_own(task: Mapping[str, Any], at: str) -> Problems:
    """Tasks whose items the portal reads itself."""
    if unknown := set(task["metrics"]) - METRICS[task["form"]]:
        known = ", ".join(sorted(METRICS[task["form"]]))
        yield f"{at}.metrics", f"{', '.join(sorted(unknown))} does not exist for this form; known are {known}"
    if (task["form"] == "labels") != ("labels" in task):
        yield f"{at}.labels", 'needed by the form "labels" and by no other'
    if task["form"] == "text" and (task.get("prompt") or task.get("fewshot")):
        yield f"{at}.prompt", 'the form "text" scores the text alone, without prompt or examples'
    if problem := _prompt_problem(task):
        yield f"{at}.prompt", problem
    if "items" not in task:
        yield f"{at}.items", "say how many items are asked"
    kind = task["source"].get("kind", "package")
    if task["form"] not in (PACKAGE_FORMS if kind == "package" else LIST_FORMS):
        yield f"{at}.form", f"the form {task['form']!r} cannot be made of a source of the kind {kind!r}"
    if kind == "private" and task["form"] == "code":
        yield f"{at}.form", "programs are judged after the run, when private questions are no longer in memory"
    for key in ("paraphrase_of", "examples"):
        if kind == "package" and key in task:
            yield f"{at}.{key}", "needs items with ids of their own, which sets of packages do not have"


def _of_harness(task: Mapping[str, Any], at: str) -> Problems:
    """Tasks that lm-eval brings: it knows their prompts and items, the suite says how often examples are shown."""
    for key in ("prompt", "labels", "filter", "examples", "paraphrase_of", "items"):
        if key in task:
            yield f"{at}.{key}", "belongs to the harness's own definition of this task"
    if "fewshot" not in task:
        yield f"{at}.fewshot", "say how many examples are shown; the harness's default must not decide"
    if task["form"] not in {"choices", "generate", "text", "code"}:
        yield f"{at}.form", f"the form {task['form']!r} is not one that the harness brings"
    if task["source"].get("code", False) != (task["form"] == "code"):
        yield f"{at}.source.code", "a task whose scoring runs programs has the form code, and no other task has it"
    if task["form"] == "code" and set(task["metrics"]) != METRICS["code"]:
        yield f"{at}.metrics", "generated code is scored outside the harness, as pass_at_1"


def _of_groups(document: Mapping[str, Any]) -> Problems:
    names = [group["name"] for group in document["groups"]]
    used = {task["group"] for task in document["tasks"]}
    for n, name in enumerate(names):
        if name in names[:n]:
            yield f"$.groups[{n}].name", f"the name {name!r} is used twice"
        if name not in used:
            yield f"$.groups[{n}]", "no task is in this group"
    for n, task in enumerate(document["tasks"]):
        if task["group"] not in names:
            yield f"$.tasks[{n}].group", f"no group is called {task['group']!r}; known are {', '.join(names)}"


def _of_second(document: Mapping[str, Any]) -> Problems:
    tasks = {task["name"]: task for task in document["tasks"]}
    if any(task["form"] == "code" for task in tasks.values()) and "code" not in document:
        yield "$.code", "tasks of the form code need the bounds under which a generated program runs"
    for n, task in enumerate(document["tasks"]):
        at = f"$.tasks[{n}]"
        yield from _of_writing(task, at)
        if task.get("fewshot") and task["source"]["kind"] != "harness" and "examples" not in task:
            yield f"{at}.examples", "examples are shown, so name the file they stand in; items are never examples"
        if other := task.get("paraphrase_of"):
            yield from _of_paraphrase(task, tasks.get(other), at=at)


def _of_writing(task: Mapping[str, Any], at: str) -> Problems:
    """Forms whose answers are generated say how; the others cannot."""
    written = task["form"] in WRITTEN
    if written and task["source"]["kind"] != "harness" and "generation" not in task:
        yield f"{at}.generation", f"the form {task['form']!r} needs max_tokens and where an answer ends"
    if not written and "generation" in task:
        yield f"{at}.generation", f"the form {task['form']!r} is scored by log-probabilities; nothing is generated"
    if "filter" in task and task["form"] != "generate":
        yield f"{at}.filter", 'only the form "generate" takes an answer out of a text'
    for n, step in enumerate(task.get("filter", ())):
        yield from _of_step(step, f"{at}.filter[{n}]")
    generation = task.get("generation", {})
    drawn = generation.get("temperature", "0").strip("0.") != ""
    if not drawn and generation.keys() & {"top_p", "seed"}:
        yield f"{at}.generation", "top_p and seed mean something only where the temperature is above 0"
    if drawn and "seed" not in generation:
        yield f"{at}.generation.seed", "answers that are drawn need a seed"
    if not drawn and generation.get("repeats", 1) > 1:
        yield f"{at}.generation.repeats", "without drawing, all repetitions are the same answer"


def _of_step(step: Mapping[str, Any], at: str) -> Problems:
    if ("regex" in step) == ("plain" in step):
        yield at, "a step is either a regex or one of the plain ones"
    if "select" in step and "regex" not in step:
        yield f"{at}.select", "chooses among the matches of a regex"
    if "regex" in step:
        try:
            re.compile(step["regex"])
        except re.error as error:
            yield f"{at}.regex", f"is not a regular expression: {error}"


def _of_paraphrase(task: Mapping[str, Any], other: Mapping[str, Any] | None, *, at: str) -> Problems:
    if other is None or other is task or other.get("paraphrase_of"):
        yield f"{at}.paraphrase_of", "must name another task of this suite that is no paraphrase itself"
        return
    for key in ("form", "items", "metrics", "language", "prompt", "fewshot"):
        if task.get(key) != other.get(key):
            yield f"{at}.{key}", f"differs from {other['name']}, so the two could not be compared item by item"


def _prompt_problem(task: Mapping[str, Any]) -> str:
    wanted = PLACEHOLDERS[task["form"]]
    try:
        found = {name for _, name, _, _ in Formatter().parse(task.get("prompt", "")) if name is not None}
    except ValueError as error:
        return f"braces do not match ({error})"
    return "" if found == wanted else f"must hold exactly the placeholders {sorted(wanted)}, holds {sorted(found)}"
