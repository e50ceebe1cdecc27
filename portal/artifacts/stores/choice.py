"""Which store the settings name: "local" or "s3", with "+sealed" where the portal encrypts what lies there."""

from django.conf import settings

from portal.artifacts.conf import store_dir
from portal.artifacts.stores.base import Store
from portal.artifacts.stores.codec import PLAIN, Codec
from portal.artifacts.stores.flat import FlatStore
from portal.artifacts.stores.local import LocalStore
from portal.artifacts.stores.masters import sealing_wanted
from portal.artifacts.stores.sealed import SealedCodec

SEALED = "+sealed"
KINDS = ("flat", "local", "local+sealed", "s3", "s3+sealed")


def current_store() -> Store:
    return named_store(present_kind())


def present_kind() -> str:
    kind = "s3" if settings.OBJECT_STORE["bucket"] else "local"
    return kind + SEALED if sealing_wanted() else kind


def every_store() -> list[Store]:
    """All that the settings reach: the present one, and those in which it may have been before."""
    media = ("flat", "local", "s3") if settings.OBJECT_STORE["bucket"] else ("flat", "local")
    return [named_store(kind) for kind in KINDS if kind.removesuffix(SEALED) in media]


def named_store(kind: str) -> Store:
    """The store of that kind at the places that the settings name. "flat" is how version 0.1 kept objects."""
    codec: Codec = SealedCodec() if kind.endswith(SEALED) else PLAIN
    match kind.removesuffix(SEALED):
        case "flat":
            return FlatStore(store_dir())
        case "local":
            return LocalStore(store_dir(), codec)
        case "s3":
            return _bucket_store(codec)
    raise ValueError(f"no kind of store: {kind!r}; there are {', '.join(KINDS)}")


def _bucket_store(codec: Codec) -> Store:
    from portal.artifacts.stores.bucket import Access, Bucket  # what the local store need not carry in memory
    from portal.artifacts.stores.s3 import S3Store

    return S3Store(Bucket(Access(**settings.OBJECT_STORE)), locks=store_dir() / "locks", codec=codec)
