"""Master keys: they seal the keys of accounts, and are kept apart from database and store.

A key file has one key per line, 32 bytes in base64. The first seals; all of them open, so that a new key can be put
in front, the account keys be sealed again (`manage.py store_keys rotate`), and the old line be removed.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from portal.artifacts.errors import StoreKeyError

KEY_BYTES = 32
_NONCE = 12

Answer = TypeVar("Answer")


class MasterKey(Protocol):
    """`name` is written beside what it sealed, so that it is found again."""

    @property
    def name(self) -> str: ...

    def wrap(self, key: bytes, *, account: str) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, account: str) -> bytes: ...


@dataclass(frozen=True, repr=False)
class FileKey:
    """A key of the file; the account's name goes into the seal, so rows cannot be exchanged."""

    secret: bytes

    @property
    def name(self) -> str:
        return "file:" + hashlib.sha256(b"master key\0" + self.secret).hexdigest()[:16]

    def wrap(self, key: bytes, *, account: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, key, account.encode())

    def unwrap(self, wrapped: bytes, *, account: str) -> bytes:
        try:
            return AESGCM(self.secret).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], account.encode())
        except InvalidTag as error:
            raise StoreKeyError(
                "the master key does not open this account's key: one of the two was changed"
            ) from error


@dataclass(frozen=True)
class KmsKey:
    """A key that never leaves a key management service; the service writes down each use."""

    identity: str
    endpoint: str

    @property
    def name(self) -> str:
        return f"kms:{self.identity}"

    def wrap(self, key: bytes, *, account: str) -> bytes:
        answer = self._ask(
            lambda kms: kms.encrypt(KeyId=self.identity, Plaintext=key, EncryptionContext={"account": account})
        )
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, *, account: str) -> bytes:
        answer = self._ask(
            lambda kms: kms.decrypt(KeyId=self.identity, CiphertextBlob=wrapped, EncryptionContext={"account": account})
        )
        return bytes(answer["Plaintext"])

    def _ask(self, question: Callable[[Any], Answer]) -> Answer:
        try:
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError as error:
            raise StoreKeyError("STORE_KMS_KEY needs boto3: install the extra s3") from error
        try:
            return question(_kms_client(self.endpoint))
        except (BotoCoreError, ClientError) as error:
            raise StoreKeyError(f"the key management service refused the key {self.identity}: {error}") from error


def sealing_wanted() -> bool:
    return bool(_key_file() or _kms_key())


def present_master() -> MasterKey:
    """The key that seals new account keys: that of the service if one is set, otherwise the first of the file."""
    if identity := _kms_key():
        return KmsKey(identity, _kms_endpoint())
    if not _key_file():
        raise StoreKeyError("no master key is set")
    return read_key_file(_key_file())[0]


def master_named(name: str) -> MasterKey:
    """The key that sealed something before, from its name."""
    kind, _, identity = name.partition(":")
    if kind == "kms":
        return KmsKey(identity, _kms_endpoint())
    if _key_file():
        for key in read_key_file(_key_file()):
            if key.name == name:
                return key
    raise StoreKeyError(f"the master key {name} is not in the key file")


def read_key_file(path: str | Path) -> tuple[FileKey, ...]:
    try:
        lines = Path(path).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreKeyError(f"the key file {path} cannot be read ({error})") from error
    if not lines:
        raise StoreKeyError(f"the key file {path} is empty")
    return tuple(_file_key(line, where=f"{path}, line {n}") for n, line in enumerate(lines, 1))


def add_to_key_file(path: Path) -> FileKey:
    """Put a new key in front; the file is replaced in one step and readable by its owner only."""
    old = path.read_text(encoding="ascii") if path.exists() else ""
    key = FileKey(os.urandom(KEY_BYTES))
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{base64.b64encode(key.secret).decode()}\n{old}")
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    return key


def _file_key(line: str, *, where: str) -> FileKey:
    try:
        secret = base64.b64decode(line, validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise StoreKeyError(f"{where}: not {KEY_BYTES} bytes in base64")
    return FileKey(secret)


def _key_file() -> str:
    return str(getattr(settings, "STORE_KEY_FILE", ""))


def _kms_key() -> str:
    return str(getattr(settings, "STORE_KMS_KEY", ""))


def _kms_endpoint() -> str:
    return str(getattr(settings, "STORE_KMS_ENDPOINT", ""))


@lru_cache(maxsize=4)
def _kms_client(endpoint: str) -> Any:
    """Region and credentials come from the environment, as usual for this client."""
    import boto3

    return boto3.client("kms", endpoint_url=endpoint or None)
