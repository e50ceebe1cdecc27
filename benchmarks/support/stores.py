"""The three kinds of store that a benchmark can ask for, as the environment of the portal's processes."""

import secrets
from pathlib import Path

STORES = ("local", "sealed", "s3")


def store_environment(store: str, folder: Path) -> dict[str, str]:
    if store != "sealed":
        return {}
    key = folder / "store.key"
    key.write_text(secrets.token_hex(32), encoding="ascii")
    key.chmod(0o600)
    return {"STORE_KEY_FILE": str(key)}
