"""Seed binding: the final checkpoint carries the signs of its own step 0, whatever it was trained on."""

from typing import Any

from originality.core.blocks import run_block_tests
from originality.core.signs import SignResult
from originality.core.sketch import Sketch

Z_BOUND = 12.0  # searching 2^64 seeds for agreeing signs reaches about 9.4


def bind_to_seed(final: Sketch, step0: Sketch) -> dict[str, Any]:
    """Test the signs of final against step 0 at the same place. Not shown is neither passed nor failed."""
    tests = run_block_tests(final, step0)
    pooled = tests.pooled.get("T1")
    if pooled is None:
        return {"outcome": "not applicable", "reason": "no block with free signs has the same shape on both sides"}
    return {
        "outcome": "bound" if _bound(pooled) else "not shown",
        "z": pooled.z,
        "needed": Z_BOUND,
        "null_mean": 0.0,
        "null_sd": 1.0,
        "n": pooled.n,
        "agreement": pooled.agreement,
        "control_z": pooled.control_z,
        "final": final.digest,
        "step0": step0.digest,
    }


def _bound(pooled: SignResult) -> bool:
    return pooled.z >= Z_BOUND and abs(pooled.control_z) < Z_BOUND / 2
