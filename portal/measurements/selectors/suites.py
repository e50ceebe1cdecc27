"""Suites as people read them: what is asked, of whom it comes, how it is judged. Questions of private sets never appear."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from evaluation.core.suites import Group, Source, Suite, Task, parse_suite
from evaluation.models import Suite as SuiteRow
from evaluation.selectors import chance_of

Text = str | Promise

AREAS: Mapping[str, Text] = {
    "knowledge": gettext_lazy("Knowledge"),
    "mathematics": gettext_lazy("Mathematics"),
    "reasoning": gettext_lazy("Reasoning"),
    "instructions": gettext_lazy("Following instructions"),
    "long_context": gettext_lazy("Long context"),
    "code": gettext_lazy("Code"),
    "language": gettext_lazy("Language"),
    "safety": gettext_lazy("Safety"),
}
FORMS: Mapping[str, Text] = {
    "labels": gettext_lazy("Chooses one of fixed answers, by probability"),
    "pair": gettext_lazy("Chooses one of two answers, by probability"),
    "correction": gettext_lazy("Prefers the right spelling, by probability"),
    "choices": gettext_lazy("Chooses among the answers of each question, by probability"),
    "text": gettext_lazy("Predicts texts, by probability"),
    "generate": gettext_lazy("Writes an answer that is compared"),
    "instructions": gettext_lazy("Writes a text that rules check"),
    "code": gettext_lazy("Writes programs that are run behind walls"),
}
LANGUAGES: Mapping[str, Text] = {
    "ko": gettext_lazy("Korean"),
    "en": gettext_lazy("English"),
    "multilingual": gettext_lazy("several languages"),
}
MODALITIES: Mapping[str, Text] = {
    "text": gettext_lazy("text"),
    "image": gettext_lazy("images"),
    "audio": gettext_lazy("sound"),
    "video": gettext_lazy("video"),
}
NEEDS: Mapping[str, Text] = {
    "gpus": gettext_lazy("GPUs"),
    "gpu_memory_gb": gettext_lazy("GB of memory on each GPU"),
    "memory_gb": gettext_lazy("GB of memory"),
    "cpu": gettext_lazy("processor cores"),
    "nodes": gettext_lazy("nodes"),
}


class TaskView(NamedTuple):
    """`items` is "" where the harness knows how many there are; `digest` is the public commitment of a private set."""

    title: str
    name: str
    version: int
    area: Text
    language: Text
    modality: Text
    form: Text
    items: str
    examples: int
    metrics: tuple[str, ...]
    chance: str
    source: str
    licence: str
    digest: str
    private: bool
    writing: str
    paraphrase_of: str


class GroupView(NamedTuple):
    title: str
    needs: str
    hours: str
    tasks: list[TaskView]


class SuiteView(NamedTuple):
    title: str
    about: str
    suite: Suite
    groups: list[GroupView]
    languages: list[Text]
    code: str


def all_suites() -> QuerySet[SuiteRow]:
    return SuiteRow.objects.order_by("name", "-version")


def in_words(named: Mapping[str, str]) -> str:
    """The reader's language of a document that says everything in both."""
    return named["en" if get_language() == "en" else "ko"]


def suite_view(row: SuiteRow) -> SuiteView:
    suite = parse_suite(row.document)
    languages = dict.fromkeys(task.language for task in suite.tasks)
    return SuiteView(
        title=in_words(suite.title),
        about=in_words(suite.document["about"]) if "about" in suite.document else "",
        suite=suite,
        groups=[_group(suite, group) for group in suite.groups],
        languages=[LANGUAGES[language] for language in languages],
        code=_code(suite),
    )


def _group(suite: Suite, group: Group) -> GroupView:
    needs = ", ".join(f"{NEEDS.get(name, name)} {amount}" for name, amount in group.needs.items())
    hours = format(group.time_limit / 3600, "g")
    return GroupView(in_words(group.title), needs, hours, [_task(task, suite) for task in suite.tasks_of(group.name)])


def _task(task: Task, suite: Suite) -> TaskView:
    titles = {other.name: in_words(other.title) for other in suite.tasks}
    return TaskView(
        title=in_words(task.title),
        name=task.name,
        version=task.version,
        area=AREAS.get(task.area, ""),
        language=LANGUAGES[task.language],
        modality=MODALITIES[task.modality],
        form=FORMS[task.form],
        items=str(task.items or ""),
        examples=task.fewshot,
        metrics=task.metrics,
        chance=chance_of(task.document, task.metrics[0]),
        source=_source(task.source),
        licence=task.source.licence,
        digest=task.source.sha256,
        private=task.source.kind == "private",
        writing=_writing(task),
        paraphrase_of=titles.get(task.paraphrase_of, ""),
    )


def _source(source: Source) -> str:
    """Where the items come from, in a few words."""
    if source.kind == "package":
        return _("set %(set)s of the package %(package)s") % {"set": source.set, "package": source.package}
    if source.kind == "repository":
        return _("written for this repository: %(file)s") % {"file": source.file}
    if source.kind == "private":
        return _("private set %(set)s; nobody outside sees its questions") % {"set": source.set}
    words = {"task": source.task, "version": source.version, "data": source.data}
    return _("task %(task)s (version %(version)s) of lm-eval on the public data set %(data)s") % words


def _writing(task: Task) -> str:
    """How an answer is written, where one is and the suite says it."""
    if "generation" not in task.document:
        return ""
    said = task.generation
    length = ngettext("at most %(n)s token", "at most %(n)s tokens", said.max_tokens) % {"n": said.max_tokens}
    if not said.sampled:
        return _("%(length)s, always the likeliest one") % {"length": length}
    words = {"length": length, "temperature": said.temperature, "seed": said.seed, "repeats": said.repeats}
    return _("%(length)s, drawn at temperature %(temperature)s with seed %(seed)s, %(repeats)s answers each") % words


def _code(suite: Suite) -> str:
    if suite.code is None:
        return ""
    words = {"seconds": suite.code.seconds, "memory": suite.code.memory_mb}
    return (
        _(
            "Generated programs run behind walls, without a network, for at most %(seconds)s seconds a call and in %(memory)s MB; "
            "what they return is compared outside."
        )
        % words
    )


def suite_document(row: SuiteRow) -> dict[str, Any]:
    """The document itself with its digest, as `digest_of` computes it."""
    return {"reference": str(row), "digest": row.digest, "document": row.document}
