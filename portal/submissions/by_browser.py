"""What a team may send from the page itself: which parts, how much, which kinds. Checkpoints travel with the client."""

from typing import Any

from portal.common.formats import file_policy
from portal.common.formats.manifest import MIB
from portal.submissions.enums import Role

ROLES = (
    Role.TRAINING_LOG,
    Role.LOSS_CURVE,
    Role.COMPONENT_DECLARATION,
    Role.TRAINING_DECLARATION,
    Role.TECHNICAL_REPORT,
    Role.BENCHMARK_RESULTS,
    Role.CODE,
    Role.SERVING,
    Role.DATA_SAMPLE,
)
PART_SIZE = 8 * MIB  # small, so that a torn connection costs little
MAX_BYTES = 20 * 1024 * MIB  # a page hashes about 150 MB/s: two minutes
MAX_FILES = 2000
ALONE = {Role.COMPONENT_DECLARATION: 4 * MIB, Role.TRAINING_DECLARATION: MIB}  # one JSON file of at most that
WEIGHTS = ".safetensors"


def rules() -> dict[str, Any]:
    """Return what the page asks before a byte leaves it; the portal asks the same again when the files are there."""
    weights = [suffix for suffix in file_policy.REFUSED if suffix not in file_policy.ARCHIVES]
    return {
        "part_size": PART_SIZE,
        "max_bytes": MAX_BYTES,
        "max_files": MAX_FILES,
        "alone": dict(ALONE),
        "text": sorted(file_policy.TEXT),
        "magic": {suffix: start.hex() for suffix, start in file_policy.MAGIC.items()},
        "other": sorted(file_policy.BINARY - {WEIGHTS}),
        "bare": sorted(file_policy.BARE_NAMES),
        "events": file_policy.EVENT_FILE,
        "weights": [WEIGHTS, *weights],
        "archives": list(file_policy.ARCHIVES),
        "packed_code": {"role": Role.CODE.value, "endings": list(file_policy.PACKED_CODE)},
        "signatures": [start.hex() for start, _, _ in file_policy.SIGNATURES],
    }


def travels(paths: list[str], *, total: int) -> bool:
    """Say whether the page may go on with an upload that was begun elsewhere."""
    return total <= MAX_BYTES and len(paths) <= MAX_FILES and not any(path.endswith(WEIGHTS) for path in paths)
