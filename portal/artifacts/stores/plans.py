"""What a store asks of the parts of a manifest."""

from portal.artifacts.errors import ArtifactError
from portal.common.formats.manifest import MIB, Manifest


def check_part_unit(manifest: Manifest, *, unit: int) -> None:
    """Parts are sealed as they arrive, so each must consist of whole units."""
    if manifest.part_size % unit and any(entry.size > manifest.part_size for entry in manifest.files):
        raise ArtifactError(
            "part_unit",
            f"Parts of {manifest.part_size} bytes are not a multiple of {unit // MIB} MiB; this store needs that.",
            where="$.part_size",
            hint="Choose a part size in whole MiB, such as 64 MiB (67108864).",
        )
