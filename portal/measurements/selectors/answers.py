"""The answers of a run, a page at a time: what was asked, what was answered, and what the figures were made from."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from django.utils.translation import get_language

from evaluation.core.answers import AnswersError, Member, members_of, read_answers, read_member
from evaluation.models import EvaluationRun
from portal.artifacts.actions import open_made
from portal.artifacts.models import Blob
from portal.common.formats.foreign_text import shown

PER_PAGE = 20
SEARCHED = 5_000  # items that one request looks through
SEARCHED_BYTES = 64 << 20  # of them, unpacked
PACKED_BYTES = 16 << 20  # or, where the run has an index, as they are stored
PER_MEMBER, CHUNK = 200, 1 << 16
PROMPT, CHOICE = 20_000, 2_000  # characters on the page; the file has every one
MOST_CHOICES = 64


class Choice(NamedTuple):
    """One answer that was offered. `chance` is its log-probability as text; "" where none is known."""

    text: str
    chance: str
    chosen: bool
    gold: bool


class Item(NamedTuple):
    """One item as a page shows it; `said` are the texts that the model wrote, `chances` log-probabilities without choices."""

    number: int
    part: str
    prompt: str
    choices: list[Choice]
    said: list[str]
    chances: list[str]
    target: str
    figures: list[tuple[str, str]]
    digest: str


class AnswersPage(NamedTuple):
    """`total` is None where only a search would know; `cut` says that it looked no further."""

    items: list[Item]
    number: int
    has_next: bool
    total: int | None
    cut: bool


class Wanted(NamedTuple):
    """Which items of a task: those that hold the text, and those answered right or wrong."""

    task: str
    text: str = ""
    outcome: str = ""  # "", "right", "wrong"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.outcome)

    def takes(self, answer: Mapping[str, Any]) -> bool:
        if self.outcome and outcome_of(answer) != self.outcome:
            return False
        return not self.text or self.text.casefold() in _haystack(answer).casefold()


def task_titles(run: EvaluationRun, names: Iterable[str]) -> list[tuple[str, str]]:
    """Names with their titles in the reader's language, in the order of the suite."""
    language = "en" if get_language() == "en" else "ko"
    allowed = set(names)
    return [(task["name"], task["title"][language]) for task in run.suite.document["tasks"] if task["name"] in allowed]


class Stored(NamedTuple):
    """Answers as they lie in the store; runs of before the index was kept have none."""

    blob: Blob
    members: list[Member]


def stored_answers(run: EvaluationRun) -> list[Stored]:
    """The run's own file; of one that failed those of the tasks that were done, a file for each group."""
    if run.samples is not None:
        return [Stored(run.samples, members_of(run.index or []))]
    parts = run.parts.filter(samples__isnull=False).select_related("samples").order_by("id")
    return [Stored(part.samples, members_of(part.index or [])) for part in parts if part.samples]


def answers_page(run: EvaluationRun, wanted: Wanted, *, number: int) -> AnswersPage:
    """Page `number` of the wanted items, from 1. What lies beyond the bounds of one request is said, not shown."""
    stored = stored_answers(run)
    named = (found for found in stored if any(member.task == wanted.task for member in found.members))
    chosen = next(named, stored[0] if stored and not stored[0].members else None)
    if chosen is None:
        return AnswersPage([], 1, has_next=False, total=0, cut=False)
    first = (number - 1) * PER_PAGE
    with open_made(chosen.blob) as file:
        members = [member for member in chosen.members if member.task == wanted.task]
        if members and not wanted.is_narrowed:
            return _straight(file, members, number=number)
        rows = _counted(file, members, wanted.task)
        looked = _Looking(rows)
        found = list(islice((row for row in looked if wanted.takes(row)), first, first + PER_PAGE + 1))
    shown_rows = [item_of(row) for row in found[:PER_PAGE]]
    return AnswersPage(shown_rows, number, has_next=len(found) > PER_PAGE, total=None, cut=looked.was_cut)


def _straight(file: BinaryIO, members: list[Member], *, number: int) -> AnswersPage:
    first, total = (number - 1) * PER_PAGE, sum(member.n for member in members)
    rows, before, cut = [], 0, False
    for member in members:
        if before < first + PER_PAGE and before + member.n > first:
            try:
                rows += read_member(file, member)[max(0, first - before) : first + PER_PAGE - before]
            except AnswersError:
                cut = True
        before += member.n
    items = [item_of(row) for row in rows[:PER_PAGE]]
    return AnswersPage(items, number, has_next=first + PER_PAGE < total, total=total, cut=cut)


def _counted(file: BinaryIO, members: list[Member], task: str) -> Iterator[dict[str, Any]]:
    """Items of the task in their order: by the index where the run has one, else by reading from the start."""
    if members:
        packed = 0
        for member in members:
            packed += member.length
            if packed > PACKED_BYTES:
                raise AnswersError(f"The answers to {task} are too large to look through.")
            yield from read_member(file, member)
    else:
        yield from (row for row in read_answers(file, most=SEARCHED_BYTES) if row["task"] == task)


class _Looking:
    """At most so many items, however many there are; an answer that is too large ends the looking, too."""

    def __init__(self, rows: Iterator[dict[str, Any]]) -> None:
        self.rows = rows
        self.was_cut = False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            for place, row in enumerate(self.rows):
                if place >= SEARCHED:
                    self.was_cut = True
                    return
                yield row
        except AnswersError:
            self.was_cut = True


def item_of(answer: Mapping[str, Any]) -> Item:
    """A line of the file as a page shows it: bounded, and only characters that print."""
    arguments = _listed(answer.get("arguments"))
    part = [
        str(answer[name])[:100] for name in ("leaf", "filter") if answer.get(name, "none") not in ("none", "answer")
    ]
    prompt = _text(_first(arguments[0]) if arguments else "", PROMPT)
    figures = [(name, _figure(value)) for name, value in answer.items() if name in _metrics(answer)]
    choices = _choices(answer, arguments)
    return Item(
        number=int(answer["doc_id"]) + 1 if isinstance(answer.get("doc_id"), int) else 0,
        part=", ".join(part),
        prompt=prompt,
        choices=choices,
        said=_said(answer),
        chances=_numbers(answer) if not choices else [],
        target=_text(answer.get("target", ""), CHOICE),
        figures=figures,
        digest=str(answer.get("doc_hash", ""))[:64],
    )


KEPT = frozenset(
    {
        "task",
        "leaf",
        "doc_id",
        "doc",
        "target",
        "arguments",
        "resps",
        "filtered_resps",
        "filter",
        "doc_hash",
        "prompt_hash",
    }
)


def _metrics(answer: Mapping[str, Any]) -> list[str]:
    return [name for name in answer if name not in KEPT]


def _choices(answer: Mapping[str, Any], arguments: list[Any]) -> list[Choice]:
    """What was offered with its log-probability; the likeliest is what the model is taken to have chosen."""
    chances = [_chance(row) for row in _listed(answer.get("filtered_resps"))]
    if len(arguments) < 2 or len(chances) != len(arguments) or None in chances:
        return []
    best = max(range(len(chances)), key=lambda place: chances[place] or 0.0)
    offered = [row[1] if isinstance(row, list) and len(row) > 1 else row for row in arguments[:MOST_CHOICES]]
    gold = str(answer.get("target"))
    return [
        Choice(
            _text(text, CHOICE),
            f"{chances[place]:.4f}",
            chosen=place == best,
            gold=gold in (str(place), str(text).strip()),
        )
        for place, text in enumerate(offered)
    ]


def _said(answer: Mapping[str, Any]) -> list[str]:
    """Texts that were written, as they came."""
    texts = [_first(row) for row in _listed(answer.get("resps"))]
    return [_text(text, PROMPT) for text in texts if isinstance(text, str)]


def _numbers(answer: Mapping[str, Any]) -> list[str]:
    """Log-probabilities without what they are of: of a text as a whole, or of an item that is not kept."""
    chances = [_chance(_first(row)) for row in _listed(answer.get("resps"))]
    return [f"{chance:.4f}" for chance in chances[:MOST_CHOICES] if chance is not None]


def _chance(row: Any) -> float | None:
    value = row[0] if isinstance(row, list) and row else row
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def outcome_of(answer: Mapping[str, Any]) -> str:
    """Right or wrong by the first figure that is 0 or 1; "" for one that is neither."""
    for name in _metrics(answer):
        value = answer[name]
        if isinstance(value, bool | int | float) and value in (0, 1):
            return "right" if value else "wrong"
    return ""


def _figure(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_figure(one) for one in value[:MOST_CHOICES])
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return _text(value, 200)


def _haystack(answer: Mapping[str, Any]) -> str:
    return json.dumps([answer.get("arguments"), answer.get("resps"), answer.get("target")], ensure_ascii=False)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _first(value: Any) -> Any:
    """The first of what may be nested: answers come as lists of repetitions, prompts with what follows them."""
    while isinstance(value, list) and value:
        value = value[0]
    return value


def _text(value: Any, most: int) -> str:
    """Lines stay lines; whatever else does not print is shown as Python writes it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return "\n".join(shown(line, length=most) for line in text[:most].split("\n"))


def packed_answers(run: EvaluationRun, tasks: set[str]) -> Iterator[bytes]:
    """The answers to these tasks as gzip members, as they are stored; for those who may not have them all."""
    for stored in stored_answers(run):
        with open_made(stored.blob) as file:
            rows = (row for row in read_answers(file) if row["task"] in tasks)
            while batch := list(islice(rows, PER_MEMBER)):
                yield gzip.compress(b"".join(json.dumps(row).encode() + b"\n" for row in batch), mtime=0)


def whole_answers(run: EvaluationRun) -> Iterator[bytes]:
    """Every file of the run, byte by byte: gzip files one after the other are one gzip file."""
    for stored in stored_answers(run):
        with open_made(stored.blob) as file:
            while chunk := file.read(CHUNK):
                yield chunk
