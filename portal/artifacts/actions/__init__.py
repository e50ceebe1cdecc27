"""The only writes to the store and its tables."""

from portal.artifacts.actions.completion import StillChecking, complete_upload
from portal.artifacts.actions.declaration import declare_upload
from portal.artifacts.actions.expiry import collect_store, expire_uploads
from portal.artifacts.actions.parts import write_part
from portal.artifacts.actions.reads import read_blob, read_bundle, require_bytes
from portal.artifacts.actions.storing import materialise, open_blob, store_file, store_folder
from portal.artifacts.selectors import missing_parts

__all__ = (
    "StillChecking",
    "collect_store",
    "complete_upload",
    "declare_upload",
    "expire_uploads",
    "materialise",
    "missing_parts",
    "open_blob",
    "read_blob",
    "read_bundle",
    "require_bytes",
    "store_file",
    "store_folder",
    "write_part",
)
