"""What the children of the jobs do: sleep, start a process of their own, write to their disk, or work inside a sandbox."""

from typing import NamedTuple


class Script(NamedTuple):
    source: str
    walled: bool = False

    def text(self, *, seconds: float, value: int) -> str:
        return self.source.format(seconds=f"{seconds:.2f}", value=value)


PLAIN = "progress(1, 2)\ntime.sleep({seconds})\nresult({value})"
BELOW = """
import subprocess
made = subprocess.run([sys.executable, "-I", "-S", "-c", "import time; time.sleep({seconds}); print({value})"], stdout=-1)
if made.returncode:
    error("the process below was ended", transient=True, code=1)
result(int(made.stdout))
"""
WRITES = """
try:
    with open("part", "wb", buffering=0) as file:
        for _ in range(8):
            file.write(bytes(65536))
            os.fsync(file.fileno())
            time.sleep({seconds} / 8)
    assert Path("part").stat().st_size == 8 * 65536
    result({value})
except OSError as problem:
    print(problem)
    sys.exit(1)
"""
SCRIPTS = (
    Script(PLAIN),
    Script(BELOW),
    Script(PLAIN, walled=True),
    Script(WRITES),
    Script(BELOW, walled=True),
    Script(PLAIN),
    Script(PLAIN),
)
