"""What a store asks of the parts of a manifest."""

from portal.artifacts.errors import ArtifactError
from portal.common.formats.manifest import MIB, Manifest

MOST_PARTS = 10_000  # of one object; this and the next are the bounds of the S3 protocol
LEAST_PART = 5 * MIB  # every piece of an object but its last


def check_part_unit(manifest: Manifest, *, unit: int) -> None:
    """Parts are sealed as they arrive, so each must consist of whole units."""
    if manifest.part_size % unit and any(entry.size > manifest.part_size for entry in manifest.files):
        raise ArtifactError(
            "part_unit",
            f"Parts of {manifest.part_size} bytes are not a multiple of {unit // MIB} MiB; this store needs that.",
            where="$.part_size",
            hint="Choose a part size in whole MiB, such as 64 MiB (67108864).",
        )


def check_part_count(manifest: Manifest) -> None:
    """Object storage glues a file together from at most so many pieces of at least that size."""
    largest = max(manifest.files, key=lambda entry: len(entry.parts))
    if len(largest.parts) > MOST_PARTS:
        least = -(-largest.size // MOST_PARTS // MIB)
        raise ArtifactError(
            "part_unit",
            f"{len(largest.parts)} parts of one file; this store takes at most {MOST_PARTS}.",
            where=largest.path,
            hint=f"Choose a part size of at least {least} MiB.",
        )
    if len(largest.parts) > 1 and manifest.part_size < LEAST_PART:
        raise ArtifactError(
            "part_unit",
            f"Parts of {manifest.part_size} bytes; this store takes parts from {LEAST_PART} bytes.",
            where="$.part_size",
            hint="Choose a larger part size, such as 64 MiB (67108864).",
        )
