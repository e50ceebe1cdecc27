"""Where the bytes lie: one interface (`base.Store`) over local disk and object storage, plain and sealed."""

from portal.artifacts.stores.base import (
    CHUNK,
    Incoming,
    Kept,
    PartWriter,
    Read,
    Store,
    StoredObject,
    Written,
    account_name,
    digest_of_part,
)
from portal.artifacts.stores.choice import current_store, named_store
from portal.artifacts.stores.local import LocalStore

__all__ = (
    "CHUNK",
    "Incoming",
    "Kept",
    "LocalStore",
    "PartWriter",
    "Read",
    "Store",
    "StoredObject",
    "Written",
    "account_name",
    "current_store",
    "digest_of_part",
    "named_store",
)
