"""Strict reading of what a team's own run of lm-eval left: `results*.json`, and `samples_TASK_DATE.jsonl` beside it. No Django.

The files are a stranger's. Everything is bounded, nothing is guessed: a figure that is not finite, a run with a limit, a name
given twice or runs that cannot be averaged are errors that say where.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from statistics import fmean
from typing import Any, BinaryIO, NamedTuple

MAX_RESULTS = 16 << 20  # bytes of one results file
MAX_FIGURES = 2000  # of one log
MAX_LINE = 8 << 20  # bytes of one line of samples
MAX_SAMPLES = 512 << 20  # bytes of one file of samples
MAX_ITEMS = 500_000
MAX_GROUP = 10_000_000  # items of all tasks of a group
LARGEST = Decimal(10) ** 9
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@\-/ ]{0,127}")
METRIC = re.compile(r"(?P<metric>[A-Za-z0-9_@.\-]{1,64}),(?P<filter>[A-Za-z0-9_.\- ]{1,64})")
SAMPLES = re.compile(r"samples_(?P<task>.+)_\d{4}-\d{2}-\d{2}T[0-9\-.]+\.jsonl")
NO_ERROR = "N/A"
# Metrics that are shares of 1 wherever lm-eval computes them; f1 is one in most tasks and out of 100 in some.
SHARES = frozenset({"acc", "acc_norm", "acc_mutual_info", "exact_match", "em", "pass@1", "pass_at_1"})


class LogError(ValueError):
    """The log cannot be read as one of lm-eval; the message says where and why."""


class LogFigure(NamedTuple):
    """One figure of one or more runs. `stderr` is "" where the harness gave none; `shots` None where the log does not say."""

    task: str
    metric: str
    filter: str
    value: str
    stderr: str
    n: int
    runs: tuple[str, ...]
    shots: int | None
    version: str

    @property
    def key(self) -> str:
        return f"{self.task}/{self.metric},{self.filter}"


class Log(NamedTuple):
    """What one results file says; `harness` is "lm-eval 0.4.13"."""

    harness: str
    model: str
    figures: tuple[LogFigure, ...]


def read_log(content: bytes, *, name: str = "results.json") -> Log:
    """Read one results file as lm-eval writes it."""
    document = _parsed(content, name=name)
    results = _table(document, "results", name=name)
    version = document.get("lm_eval_version")
    if not isinstance(version, str) or not NAME.fullmatch(version):
        raise LogError(f"{name}: there is no lm_eval_version; take the file that lm-eval wrote, unchanged.")
    _must_be_whole(document, name=name)
    known: dict[str, int] = {}
    rows = results.items()
    figures = [one for task, row in rows for one in _figures(document, task, row, name=name, known=known)]
    if not figures:
        raise LogError(f"{name}: there is no figure in it.")
    if len(figures) > MAX_FIGURES:
        raise LogError(f"{name}: {len(figures)} figures are more than {MAX_FIGURES}.")
    model = document.get("model_name") or document.get("model_source") or ""
    return Log(f"lm-eval {version}", str(model)[:200], tuple(figures))


def _parsed(content: bytes, *, name: str) -> Mapping[str, Any]:
    if len(content) > MAX_RESULTS:
        raise LogError(f"{name}: {len(content):,} bytes are more than {MAX_RESULTS:,}.")
    try:
        document = json.loads(
            content,
            parse_float=Decimal,
            parse_constant=lambda word: _refuse(f"{name}: {word} is no figure."),
            object_pairs_hook=lambda pairs: _once(pairs, name=name),
        )
    except LogError:
        raise
    except (ValueError, RecursionError) as error:
        raise LogError(f"{name}: not readable as JSON: {str(error)[:200]}") from error
    if not isinstance(document, dict):
        raise LogError(f"{name}: must be an object of names and values, as lm-eval writes it.")
    return document


def _refuse(message: str) -> Any:
    raise LogError(message)


def _once(pairs: list[tuple[str, Any]], *, name: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise LogError(f"{name}: an object gives one name twice.")
    return found


def _table(document: Mapping[str, Any], key: str, *, name: str) -> Mapping[str, Any]:
    value = document.get(key)
    if not isinstance(value, dict) or not all(isinstance(row, dict) for row in value.values()):
        raise LogError(f"{name}: {key} must be an object with one object per task.")
    return value


def _must_be_whole(document: Mapping[str, Any], *, name: str) -> None:
    """A run with a limit measures something else than the benchmark."""
    config = document.get("config")
    if isinstance(config, dict) and config.get("limit") is not None:
        raise LogError(f"{name}: the run had a limit; report a run on all items.")
    for task, counts in _counts(document).items():
        if counts.get("original") != counts.get("effective"):
            raise LogError(f"{name}: {task}: {counts.get('effective')} of {counts.get('original')} items were run.")


def _counts(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    rows = document.get("n-samples")
    return {task: row for task, row in rows.items() if isinstance(row, dict)} if isinstance(rows, dict) else {}


def _figures(
    document: Mapping[str, Any], task: str, row: Mapping[str, Any], *, name: str, known: dict[str, int]
) -> Iterable[LogFigure]:
    if not NAME.fullmatch(task):
        raise LogError(f"{name}: {task[:60]!r} is no name of a task.")
    for key, value in row.items():
        found = METRIC.fullmatch(key)
        if found is None or found["metric"].endswith("_stderr"):
            continue
        if isinstance(value, str):  # a metric that the run passed over is written as a blank or a word
            continue
        where = f"{name}: {task}: {key}"
        number = _number(value, where=where)
        error = row.get(f"{found['metric']}_stderr,{found['filter']}", NO_ERROR)
        stderr = "" if error in (NO_ERROR, None, "") else _number(error, where=f"{where}, standard error")
        if stderr.startswith("-"):
            raise LogError(f"{where}: a standard error is not negative.")
        yield LogFigure(
            task=task,
            metric=found["metric"],
            filter=found["filter"],
            value=number,
            stderr=stderr,
            n=_items(document, task, where=where, known=known),
            runs=(number,),
            shots=_shots(document, task),
            version=str(_of(document, "versions", task) or "")[:32],
        )


def _number(value: Any, *, where: str) -> str:
    """Decimal text without an exponent."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise LogError(f"{where}: {str(value)[:60]!r} is no figure.")
    number = Decimal(value)
    if not number.is_finite() or abs(number) > LARGEST or number.as_tuple().exponent < -40:  # type: ignore[operator]
        raise LogError(f"{where}: {str(value)[:60]} is out of bounds.")
    return format(number, "f")


def _items(document: Mapping[str, Any], task: str, *, where: str, known: dict[str, int], depth: int = 0) -> int:
    """Items of a task, or of all tasks of a group; each is counted once, for groups of groups multiply without an end."""
    if task not in known:
        counted = _counts(document).get(task, {}).get("effective")
        if not (isinstance(counted, int) and not isinstance(counted, bool) and 0 < counted <= MAX_ITEMS):
            parts = _of(document, "group_subtasks", task)
            if not (isinstance(parts, list) and parts and depth < 8 and all(isinstance(part, str) for part in parts)):
                raise LogError(f"{where}: n-samples does not say how many items there were.")
            counted = sum(_items(document, part, where=where, known=known, depth=depth + 1) for part in parts)
        if counted > MAX_GROUP:
            raise LogError(f"{where}: a group of more than {MAX_GROUP:,} items.")
        known[task] = counted
    return known[task]


def _shots(document: Mapping[str, Any], task: str) -> int | None:
    shots = _of(document, "n-shot", task)
    return shots if isinstance(shots, int) and not isinstance(shots, bool) and 0 <= shots <= 1000 else None


def _of(document: Mapping[str, Any], key: str, task: str) -> Any:
    rows = document.get(key)
    return rows.get(task) if isinstance(rows, dict) else None


def merged(logs: Sequence[Log]) -> list[LogFigure]:
    """One figure per task, metric and filter: the mean over the runs.

    Its standard error is the mean of theirs: running the same items again makes the error of their choice no smaller.
    """
    rows: dict[str, list[LogFigure]] = {}
    for log in logs:
        for figure in log.figures:
            rows.setdefault(figure.key, []).append(figure)
    return [_mean(found) for _key, found in sorted(rows.items())]


def _mean(rows: list[LogFigure]) -> LogFigure:
    first = rows[0]
    for name in ("n", "shots", "version"):
        values = {getattr(row, name) for row in rows}
        if len(values) > 1:
            told = ", ".join(sorted(str(value) for value in values))
            raise LogError(f"{first.key}: the runs differ in {name} ({told}); only equal runs are averaged.")
    errors = [Decimal(row.stderr) for row in rows if row.stderr]
    return first._replace(
        value=mean_text([row.value for row in rows]),
        stderr=mean_text([format(error, "f") for error in errors]) if len(errors) == len(rows) else "",
        runs=tuple(row.value for row in rows),
    )


def mean_text(values: Sequence[str]) -> str:
    """The mean as decimal text; of one value that value, with every digit.

    >>> mean_text(["0.5", "0.6"]), mean_text(["0.345"])
    ('0.55', '0.345')
    """
    if len(values) == 1:
        return values[0]
    mean = sum((Decimal(value) for value in values), Decimal(0)) / len(values)
    return format(round(mean, 12).normalize(), "f")


def is_share(metric: str) -> bool:
    """Tell whether the metric lies between 0 and 1 by its nature."""
    return metric in SHARES


def is_samples_of(name: str, task: str) -> bool:
    """Tell whether lm-eval wrote the file's samples of this task; its name has / and the like made plain."""
    found = SAMPLES.fullmatch(name.rsplit("/", 1)[-1])
    return found is not None and found["task"] == task


def read_samples(file: BinaryIO, *, metric: str, kept: str = "none", name: str = "samples") -> dict[str, float]:
    """Return the value of every item by the digest that the harness gives it; samples of another filter are passed over."""
    values: dict[str, list[float]] = {}
    read = 0
    while line := file.readline(MAX_LINE + 1):
        read += len(line)
        if len(line) > MAX_LINE or read > MAX_SAMPLES or len(values) > MAX_ITEMS:
            raise LogError(f"{name}: more than can be read; samples are compared up to {MAX_SAMPLES >> 20} MiB.")
        found = _sample(line, metric=metric, kept=kept, name=name)
        if found:
            values.setdefault(found[0], []).append(found[1])
    return {item: fmean(found) for item, found in values.items()}


def _sample(line: bytes, *, metric: str, kept: str, name: str) -> tuple[str, float] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LogError(f"{name}: a line is not readable as JSON.") from error
    if not isinstance(row, dict) or row.get("filter", "none") != kept:
        return None
    item, value = row.get("doc_hash"), row.get(metric)
    if isinstance(value, bool):
        value = int(value)
    if not isinstance(item, str) or len(item) > 128 or not isinstance(value, int | float) or not abs(value) <= 1e9:
        return None
    return item, float(value)
