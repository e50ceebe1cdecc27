"""Content-addressed bytes. A blob is known inside one account only: a digest alone never gives access to bytes.

`owner` is an opaque account key of an upper layer, such as "consortium:3".
"""

import uuid
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.artifacts.enums import OPEN, ReadPurpose, UploadState
from portal.common.formats.manifest import FileEntry, Manifest

OWNER_LENGTH = 100
LABEL_LENGTH = 200


class Blob(models.Model):
    """Bytes of one account. Accounts with equal bytes each sent them, and each has an object of its own."""

    owner = models.CharField(max_length=OWNER_LENGTH)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    created = models.DateTimeField(auto_now_add=True)
    renewed = models.DateTimeField(default=timezone.now, help_text="When it was last stored; unused blobs go by age.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "sha256"), name="one_blob_per_owner_and_digest"),)

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.size} bytes)"


class Bundle(models.Model):
    """Files under their names: immutable once it exists."""

    owner = models.CharField(max_length=OWNER_LENGTH)
    digest = models.CharField(max_length=64)
    manifest = models.JSONField(help_text="Paths, sizes and digests: the document that the digest covers.")
    total_size = models.PositiveBigIntegerField()
    created = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True, help_text="When its bytes were destroyed; names and digests stay.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "digest"),
                condition=Q(destroyed_at__isnull=True),
                name="one_living_bundle_per_owner_and_digest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.digest[:12]} ({len(self.manifest['files'])} files)"

    def file_list(self) -> list[dict[str, Any]]:
        """`{"path", "size", "sha256"}` per file in the manifest's order."""
        return list(self.manifest["files"])

    def entries(self) -> list[FileEntry]:
        return [FileEntry(**item) for item in self.manifest["files"]]


class BundleFile(models.Model):
    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=512)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        ordering = ("path",)
        constraints = (models.UniqueConstraint(fields=("bundle", "path"), name="one_file_per_bundle_and_path"),)

    def __str__(self) -> str:
        return self.path


class BlobSummary(models.Model):
    """What one read of a file found out about its content, kept as a document of the same account (docs/uploads.md)."""

    blob = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="summaries")
    kind = models.CharField(max_length=32, help_text="Name and version of the document's form.")
    document = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="summary_of")
    facts = models.JSONField(default=dict, help_text="What lists show, without opening the document.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("blob", "kind"), name="one_summary_per_blob_and_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} of {self.blob_id}"


class CustodyRead(models.Model):
    """One opening of stored bytes, insert-only. The names outlive the bytes: no row here refers to a blob."""

    owner = models.CharField(max_length=OWNER_LENGTH)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="reads")
    sha256 = models.CharField(
        max_length=64, blank=True, help_text="The one file that was opened; empty for a whole bundle."
    )
    size = models.PositiveBigIntegerField(help_text="Bytes that could be read.")
    reader = models.CharField(max_length=100, help_text='"job:12", "user:3" or "system".')
    purpose = models.CharField(max_length=32, choices=ReadPurpose)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("owner", "-id"), name="reads_by_owner"),)

    def __str__(self) -> str:
        return f"{self.reader}: {self.purpose}"


class StorageAccount(models.Model):
    """The row that serialises reservations of one owner; no limit of its own means the setting's."""

    owner = models.CharField(max_length=OWNER_LENGTH, unique=True)
    limit = models.PositiveBigIntegerField(null=True, help_text="Bytes.")

    def __str__(self) -> str:
        return self.owner


class AccountKey(models.Model):
    """The key of an account's sealed objects, itself sealed by a master key that is not in the database.

    The row outlives the key: `wrapped` is empty once it was shredded.
    """

    owner = models.CharField(max_length=OWNER_LENGTH)
    wrapped = models.TextField(blank=True, help_text="Base64.")
    master = models.CharField(max_length=2100, help_text="Which master key seals it: file:<fingerprint> or kms:<name>.")
    created = models.DateTimeField(auto_now_add=True)
    shredded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("owner",), condition=Q(shredded_at__isnull=True), name="one_living_key_per_owner"
            ),
            models.CheckConstraint(
                condition=(Q(shredded_at__isnull=True) & ~Q(wrapped="")) | Q(shredded_at__isnull=False, wrapped=""),
                name="a_shredded_key_is_gone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.owner} ({self.master})"


class FileKey(models.Model):
    """Half of what opens one sealed file; the other half is its account's key. Destroying the row destroys the file.

    `account` is the folder of the account in the store.
    """

    account = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    salt = models.CharField(max_length=64, help_text="32 random bytes in hexadecimal.")
    renewed = models.DateTimeField(default=timezone.now, help_text="When bytes were last sealed with it.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "sha256"), name="one_key_per_account_and_file"),)

    def __str__(self) -> str:
        return f"{self.account}/{self.sha256[:12]}"


class Upload(models.Model):
    """A declared bundle whose bytes are on their way. The manifest binds from the moment of declaration."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=OWNER_LENGTH)
    actor = models.CharField(max_length=100)
    label = models.CharField(max_length=LABEL_LENGTH, blank=True)
    manifest = models.JSONField(help_text="The declaration, with part size and part digests.")
    digest = models.CharField(max_length=64)
    reserved = models.PositiveBigIntegerField(help_text="Bytes that were not stored yet when it was declared.")
    state = models.CharField(max_length=16, choices=UploadState, default=UploadState.DECLARED)
    refusal = models.JSONField(null=True, help_text="Why it was refused: code, detail, where, hint.")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="uploads")
    declared_at = models.DateTimeField(auto_now_add=True)
    active_at = models.DateTimeField(help_text="When it was declared, last received a part or was last checked.")
    received_at = models.DateTimeField(
        default=timezone.now, help_text="When its last part came, whatever our checks take; a deadline asks for it."
    )
    checks = models.PositiveIntegerField(default=0, help_text="How often a check of the whole was begun.")
    checked = models.PositiveIntegerField(default=0, help_text="Files of the present check that are done.")
    checked_bytes = models.PositiveBigIntegerField(default=0, help_text="Bytes of those files.")

    class Meta:
        ordering = ("-declared_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "digest"), condition=Q(state__in=OPEN), name="one_open_upload_per_owner_and_digest"
            ),
            models.CheckConstraint(
                condition=Q(state="complete", bundle__isnull=False) | (~Q(state="complete") & Q(bundle__isnull=True)),
                name="a_complete_upload_has_its_bundle",
            ),
        )
        indexes = (models.Index(fields=("state", "active_at"), name="uploads_by_activity"),)

    def __str__(self) -> str:
        return self.label or str(self.pk)

    @cached_property
    def plan(self) -> Manifest:
        """The declaration as files and parts; it was checked when it was declared."""
        files = (FileEntry(**{**item, "parts": tuple(item["parts"])}) for item in self.manifest["files"])
        return Manifest(part_size=self.manifest["part_size"], files=tuple(files))


class UploadFile(models.Model):
    """One file of a declaration, so that receiving a part reads this row and never a manifest of many thousand files."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    index = models.PositiveIntegerField(help_text="Place of the file in the manifest, from 0.")
    path = models.TextField()
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    part_size = models.PositiveBigIntegerField()
    digests = models.BinaryField(help_text="The SHA-256 of its parts one after another, 32 bytes each.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("upload", "index"), name="one_row_per_declared_file"),)

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.index}"

    @classmethod
    def of(cls, upload: Upload, index: int, entry: FileEntry) -> "UploadFile":
        digests = b"".join(bytes.fromhex(part) for part in entry.parts)
        own = {"path": entry.path, "size": entry.size, "sha256": entry.sha256, "digests": digests}
        return cls(upload=upload, index=index, part_size=upload.manifest["part_size"], **own)

    def parts(self) -> tuple[str, ...]:
        joined = bytes(self.digests).hex()
        return tuple(joined[place : place + 64] for place in range(0, len(joined), 64))


class UploadPart(models.Model):
    """Written only after the bytes of the part are on disk: a row is the promise that they stay."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    index = models.PositiveIntegerField(help_text="Place of the file in the manifest, from 0.")
    number = models.PositiveIntegerField(help_text="Place of the part in the file, from 0.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("upload", "index", "number"), name="one_row_per_part"),)

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.index}/{self.number}"
