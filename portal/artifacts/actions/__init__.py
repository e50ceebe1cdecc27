"""The only writes to the store and its tables."""

from portal.artifacts.actions.bundles import create_bundle
from portal.artifacts.actions.completion import (
    begin_check,
    cancel_upload,
    complete_upload,
    end_check,
    run_check,
    seal_upload,
)
from portal.artifacts.actions.declaration import declare_upload
from portal.artifacts.actions.direct import Sent, confirm_parts, offer_parts
from portal.artifacts.actions.expiry import collect_store, expire_uploads
from portal.artifacts.actions.keys import rotate_account_keys, shred_account_key
from portal.artifacts.actions.limits import set_limit
from portal.artifacts.actions.parts import write_part
from portal.artifacts.actions.reads import read_blob, read_bundle, require_bytes
from portal.artifacts.actions.storing import materialise, open_blob, open_made, store_file, store_folder
from portal.artifacts.selectors import missing_parts

__all__ = (
    "Sent",
    "begin_check",
    "cancel_upload",
    "collect_store",
    "complete_upload",
    "confirm_parts",
    "create_bundle",
    "declare_upload",
    "end_check",
    "expire_uploads",
    "materialise",
    "missing_parts",
    "offer_parts",
    "open_blob",
    "open_made",
    "read_blob",
    "read_bundle",
    "require_bytes",
    "rotate_account_keys",
    "run_check",
    "seal_upload",
    "set_limit",
    "shred_account_key",
    "store_file",
    "store_folder",
    "write_part",
)
