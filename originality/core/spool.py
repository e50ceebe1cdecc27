"""Arrays that outgrow a bounded room in memory lie in an unnamed temporary file, which the system may page out."""

import tempfile
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

HELD = 8 << 20  # bytes that stay in memory
SEGMENT = 64 << 20
ALIGN = 64


class Spool:
    """Keeps arrays for as long as somebody uses them; safe to use from several threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held = self.at = 0
        self.segment: NDArray[np.uint8] = np.zeros(0, np.uint8)

    def keep(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return an equal array; the one that was given need not be kept."""
        with self.lock:
            if self.held + array.nbytes <= HELD or not array.nbytes:
                self.held += array.nbytes
                return array
            if self.at + array.nbytes > self.segment.size:
                self.segment, self.at = _segment(max(SEGMENT, array.nbytes)), 0
            room = self.segment[self.at : self.at + array.nbytes]
            self.at += -(-array.nbytes // ALIGN) * ALIGN
        kept = room.view(array.dtype).reshape(array.shape)
        kept[...] = array
        return kept


def _segment(size: int) -> NDArray[np.uint8]:
    with tempfile.TemporaryFile(prefix="originality") as file:
        return np.asarray(np.memmap(file, np.uint8, "w+", shape=(size,)))
