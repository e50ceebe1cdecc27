"""Scoring programs that a model wrote: they run behind walls, what they return is judged outside."""

from evaluation.core.codescore.peer import Bounds
from evaluation.core.codescore.scoring import CodeSample, SampleScore, pass_at_k, score_code

__all__ = ["Bounds", "CodeSample", "SampleScore", "pass_at_k", "score_code"]
