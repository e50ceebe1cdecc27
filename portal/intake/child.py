"""The process of one check: `python -m portal.intake.child spec.json` in the working folder of a job."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

INPUT_ERROR = 2  # how a worker knows that error.json speaks for the child


def main(spec_file: Path) -> int:
    import django

    django.setup()
    from portal.artifacts.errors import ArtifactError
    from portal.intake.checking import outcome_of

    folder = spec_file.resolve().parent
    spec = json.loads(spec_file.read_text(encoding="utf-8"))
    threads = spec["threads"] or len(os.sched_getaffinity(0))
    try:
        outcome = outcome_of(spec["upload"], threads=threads, note=journal(folder / "progress.jsonl"))
    except ArtifactError as error:
        _write(folder / "error.json", {"message": f"{error} {error.hint}", "transient": True})
        return INPUT_ERROR
    _write(folder / "result.json", outcome)
    return 0


def journal(path: Path) -> Callable[[int, int], None]:
    def note(done: int, total: int) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"done": done, "total": total}) + "\n")

    return note


def _write(path: Path, document: dict[str, Any]) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(document), encoding="utf-8")
    temporary.rename(path)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
