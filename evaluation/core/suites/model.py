"""A suite as the code knows it. Both schemas end here; what only the second one has carries the first one's meaning as default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ONE_GROUP = "all"
FOUR_HOURS = 4 * 3600
ANSWER = "answer"  # the harness's name for the one filter of a task


class Source(NamedTuple):
    """Where the items come from.

    package: a set of an installed package, `sha256` of its file. repository: a file of `evaluation/suites/data`.
    harness: the task `task` of lm-eval in its folder `folder`, of `version`, on the public data set `data`; `code` says that
    the harness's own scoring of it runs generated programs. private: an encrypted set, `sha256` of its plain text.
    """

    package: str = ""
    set: str = ""
    sha256: str = ""
    licence: str = ""
    kind: str = "package"
    file: str = ""
    task: str = ""
    folder: str = ""
    version: str = ""
    data: str = ""
    code: bool = False
    modules: tuple[str, ...] = ()


class Examples(NamedTuple):
    """A file beside the items whose first rows are shown before each question."""

    file: str
    sha256: str


class Generation(NamedTuple):
    """How an answer is written. Without a temperature the likeliest token is taken; decimals are text, as documents have no floats.

    `repeats` answers are drawn for each item; `seed` stands before a task is sampled.
    """

    until: tuple[str, ...] = ()
    max_tokens: int = 256
    temperature: str = "0"
    top_p: str = "1"
    seed: int = 0
    repeats: int = 1

    @property
    def sampled(self) -> bool:
        return float(self.temperature) > 0


class CodePolicy(NamedTuple):
    """The bounds of one generated program, inside the sandbox: seconds of processor for each call, memory of the whole."""

    seconds: int = 5
    memory_mb: int = 512
    output_kb: int = 256


class Group(NamedTuple):
    """Tasks that run in one process. `needs` are amounts a worker must offer (docs/jobs.md), `time_limit` in seconds."""

    name: str
    title: Mapping[str, str]
    needs: Mapping[str, int]
    time_limit: int


@dataclass(frozen=True)
class Task:
    """One task. `labels` maps the answer of the data set to the text the model is offered (form "labels").

    `filter` are the steps from what was generated to the answer that is compared; `paraphrase_of` names the task whose items
    these say in other words, under the same ids; `chance` is what guessing gives, where the form does not tell.
    """

    name: str
    version: int
    title: Mapping[str, str]
    modality: str
    language: str
    source: Source
    form: str
    items: int
    metrics: tuple[str, ...]
    labels: Mapping[str, str]
    prompt: str
    fewshot: int
    document: Mapping[str, Any]
    group: str = ONE_GROUP
    area: str = ""
    generation: Generation = field(default=Generation())
    filter: tuple[Mapping[str, Any], ...] = ()
    paraphrase_of: str = ""
    chance: str = ""
    examples: Examples | None = None

    @property
    def scored_later(self) -> bool:
        """The harness only writes the answers; `evaluation.core.scoring` judges them afterwards."""
        return self.form in {"instructions", "code"}


class Seeds(NamedTuple):
    """`selection` chooses the items, `harness` seeds its libraries, `fewshot` draws the examples."""

    selection: int
    harness: int
    fewshot: int


class ModelSettings(NamedTuple):
    """`chat_template`: prompts are wrapped by the checkpoint's own template, as for a model that follows instructions."""

    dtype: str
    batch_size: int
    max_length: int
    chat_template: bool = False


@dataclass(frozen=True)
class Suite:
    name: str
    version: int
    title: Mapping[str, str]
    seeds: Seeds
    model: ModelSettings
    tasks: tuple[Task, ...]
    document: Mapping[str, Any]
    digest: str
    groups: tuple[Group, ...] = ()
    code: CodePolicy | None = None

    @property
    def reference(self) -> str:
        """How a rule set names it, such as "small-korean/1"."""
        return f"{self.name}/{self.version}"

    def tasks_of(self, group: str | None) -> tuple[Task, ...]:
        """The tasks of one group, or all."""
        return tuple(task for task in self.tasks if group in (None, task.group))


def metric_key(task: Task, metric: str) -> str:
    """What the harness calls a figure: the metric and the filter it was taken after.

    A metric of the harness's own task may name the filter itself, such as "exact_match,strict-match".
    """
    if "," in metric:
        return metric
    return f"{metric},{ANSWER if task.filter else 'none'}"
