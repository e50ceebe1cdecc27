"""A server of `tools.services` that is killed and comes back with what it had on disk."""

import contextlib
import time
from collections.abc import Callable


class Restartable:
    """`start` gives the running server; `down` is how many seconds it stays away."""

    def __init__(self, start: Callable[[], contextlib.AbstractContextManager[object]], down: float) -> None:
        self.start_again, self.down = start, down
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(start())

    def __call__(self) -> None:
        self.stack.close()
        time.sleep(self.down)
        self.stack.enter_context(self.start_again())
