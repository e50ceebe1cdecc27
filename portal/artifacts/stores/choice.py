"""Which store the settings name."""

from portal.artifacts.conf import store_dir
from portal.artifacts.stores.base import Store
from portal.artifacts.stores.local import LocalStore


def current_store() -> Store:
    return named_store(present_kind())


def present_kind() -> str:
    return "local"


def named_store(kind: str) -> Store:
    """The store of that kind under the present settings: "local"."""
    return LocalStore(store_dir())
