"""How originality runs are divided, and how often a team may check itself."""

import os

ORIGINALITY_PART_BYTES = int(os.environ.get("ORIGINALITY_PART_BYTES", str(20 << 30)))  # of a checkpoint, for one job
ORIGINALITY_SELF_CHECKS = 5  # a team's own, in so many days
ORIGINALITY_SELF_CHECK_DAYS = 7
# The suite on checkpoints of a training run; empty asks for none.
ORIGINALITY_TRAJECTORY_SUITE = os.environ.get("ORIGINALITY_TRAJECTORY_SUITE", "small-korean/1")
