"""Object storage for checkpoints; without a bucket the store is a folder of this machine. See docs/object-storage.md."""

import os
from pathlib import Path
from typing import Any


def _secret(name: str) -> str:
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, "")


OBJECT_STORE: dict[str, Any] = {
    "bucket": os.environ.get("OBJECT_STORE_BUCKET", ""),
    "url": os.environ.get("OBJECT_STORE_URL", ""),  # empty: the provider's own, by region
    "public_url": os.environ.get("OBJECT_STORE_PUBLIC_URL", ""),  # as teams reach it, if that differs
    "region": os.environ.get("OBJECT_STORE_REGION", "us-east-1"),
    "prefix": os.environ.get("OBJECT_STORE_PREFIX", ""),
    "key": _secret("OBJECT_STORE_KEY"),  # empty: the machine's own role
    "secret": _secret("OBJECT_STORE_SECRET"),
    "direct": os.environ.get("OBJECT_STORE_DIRECT", "1") == "1",  # clients may send parts straight to it
}
