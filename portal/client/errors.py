from collections.abc import Mapping
from typing import Any

REFUSED = 1  # the same call will fail again until something is changed
TEMPORARY = 3  # run the same command again


class ClientError(Exception):
    """What went wrong, where, and what to do; `code` is the portal's error code where it answered."""

    def __init__(self, detail: str, *, where: str = "", hint: str = "", code: str = "", status: int = REFUSED) -> None:
        super().__init__(f"{where}: {detail}" if where else detail)
        self.detail = detail
        self.where = where
        self.hint = hint
        self.code = code
        self.status = status
        self.body: Mapping[str, Any] = {}
