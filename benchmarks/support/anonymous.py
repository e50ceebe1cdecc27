"""Peak anonymous memory of a whole comparison, measured in a process that does nothing else.

python -m benchmarks.support.anonymous CANDIDATE REFERENCE
"""

from originality.core.workers import share_one_arena

share_one_arena()  # first of all, as `python -m originality` does

import json  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import NamedTuple, Self  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
EVERY = 0.005  # seconds


class Peak(NamedTuple):
    """`bare` is what the interpreter and its libraries take before a model is opened."""

    bytes: int
    bare: int


def peak_of_comparison(candidate: Path, reference: Path) -> Peak:
    command = [sys.executable, "-m", "benchmarks.support.anonymous", str(candidate), str(reference)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return Peak(**json.loads(done.stdout.splitlines()[-1]))


def anonymous() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found.group(1)) * 1024 if found else 0


class Watch:
    """The highest anonymous memory while it runs, looked at every few milliseconds."""

    def __init__(self) -> None:
        self.highest = anonymous()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _look(self) -> None:
        while not self.over.wait(EVERY):
            self.highest = max(self.highest, anonymous())


def main() -> None:
    from originality.core.blocks import run_block_tests
    from originality.core.readers import open_folder
    from originality.core.sketch import build_sketch
    from originality.core.tensors import full_rows

    bare = anonymous()
    with Watch() as watch:
        sources = (open_folder(Path(sys.argv[1])), open_folder(Path(sys.argv[2])))
        ours, theirs = (build_sketch(source) for source in sources)
        full_rows(ours, theirs, [(name, name) for name in ours.samples], sources=sources)
        run_block_tests(ours, theirs)
    print(json.dumps({"bytes": watch.highest, "bare": bare}))


if __name__ == "__main__":
    main()
