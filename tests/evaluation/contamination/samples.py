"""Data samples of a team that does not exist, and what the check says of them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evaluation.actions import SHIPPED
from evaluation.core.contamination import SPEC_SCHEMA
from evaluation.core.contamination.run import compare
from evaluation.core.items import Item
from evaluation.core.sources import items_of
from evaluation.core.suites import Suite, read_suite

FILLER = "강가의 작은 책방은 여름마다 문을 늦게 닫고 주인은 라디오를 켠 채 장부를 정리하였다 the ferry left before noon"


def small_suite() -> Suite:
    return read_suite(SHIPPED / "small.yaml")


def items(task: str) -> list[Item]:
    suite = small_suite()
    return items_of(next(one for one in suite.tasks if one.name == task), suite=suite)


def lines(folder: Path, rows: Iterable[Any], name: str = "part.jsonl") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return folder


def checked(folder: Path, *, suite: Suite | None = None) -> dict[str, Any]:
    spec = {"schema": SPEC_SCHEMA, "suites": [(suite or small_suite()).document], "sample": folder.name}
    return compare(spec, workdir=folder.parent)


def row_of(report: dict[str, Any], task: str) -> dict[str, Any]:
    return next(row for row in report["tasks"] if row["task"] == task)
