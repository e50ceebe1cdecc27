"""Run by second_reader.py as a script: opens each file named on standard input, answers one JSON line."""

import hashlib
import json
import resource
import sys
from typing import Any

from safetensors import safe_open

MEMORY = 2 << 30  # bytes of heap; the mapped file itself does not count


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    for line in sys.stdin:
        print(json.dumps(opinion_on(line.removesuffix("\n"))), flush=True)


def opinion_on(path: str) -> dict[str, Any]:
    try:
        with safe_open(path, framework="np") as file:
            lines = sorted(_line(name, file.get_slice(name)) for name in file.keys())  # noqa: SIM118 - not a mapping
    except Exception as error:  # noqa: BLE001 - whatever the library raises is its opinion
        return {"error": f"{type(error).__name__}: {error}"}
    return {"digest": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def _line(name: str, found: Any) -> str:
    return json.dumps([name, str(found.get_dtype()), list(found.get_shape())])


if __name__ == "__main__":
    main()
