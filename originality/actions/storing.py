"""Documents that the engine made, kept as blobs."""

import json
import tempfile
from pathlib import Path
from typing import Any

from portal.artifacts.actions import store_file
from portal.artifacts.models import Blob


def store_document(document: dict[str, Any], *, owner: str) -> Blob:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        path.write_text(json.dumps(document, sort_keys=True, separators=(",", ":")), encoding="utf-8")
        return store_file(path, owner=owner)
