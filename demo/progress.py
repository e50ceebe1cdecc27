"""How far the demonstration is, in a small file that the home page reads and a restart continues from."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

FILE_NAME = "demonstration.json"


class Title(NamedTuple):
    key: str
    name_ko: str
    name_en: str


class Progress:
    """One row per scene: waiting, running, done or failed. Every change replaces the file atomically."""

    def __init__(self, folder: Path, titles: Sequence[Title]) -> None:
        self.path = folder / FILE_NAME
        self.state = self._read() or self._new()
        known = {row["key"]: row for row in self.state["steps"]}
        self.state["steps"] = [known.get(title.key, self._row(title)) for title in titles]

    def is_done(self, key: str) -> bool:
        return bool(self._step(key)["state"] == "done")

    @property
    def finished(self) -> bool:
        return self.state["finished"] is not None

    def begin(self, key: str) -> None:
        self._set(key, state="running")

    def end(self, key: str, *, note_ko: str, note_en: str, facts: dict[str, Any]) -> None:
        self.state["facts"].update(facts)
        self._set(key, state="done", note_ko=note_ko, note_en=note_en)

    def fail(self, key: str, reason: str) -> None:
        self.state["failed"] = reason
        self._set(key, state="failed", note_ko=reason, note_en=reason)

    def finish(self) -> None:
        self.state["finished"] = _now()
        self._write()

    def _set(self, key: str, **values: str) -> None:
        if values["state"] != "failed":
            self.state["failed"] = None
        self._step(key).update(values)
        self._write()

    def _step(self, key: str) -> dict[str, Any]:
        return next(row for row in self.state["steps"] if row["key"] == key)

    def _row(self, title: Title) -> dict[str, Any]:
        return {**title._asdict(), "state": "waiting", "note_ko": "", "note_en": ""}

    def _new(self) -> dict[str, Any]:
        return {"started": _now(), "finished": None, "failed": None, "steps": [], "facts": {}}

    def _read(self) -> dict[str, Any] | None:
        try:
            state: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return state

    def _write(self) -> None:
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(self.state, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(self.path)


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="seconds")
