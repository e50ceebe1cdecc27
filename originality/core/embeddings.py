"""Embeddings by residual channel over the strings both vocabularies hold; token rows are not exchangeable."""

import numpy as np

from originality.core.permutation import PermutationResult, permutation_test
from originality.core.projection import Matrix
from originality.core.sketch import Sketch
from originality.core.tokens import shared_anchors

MIN_SHARED = 64


def embedding_test(candidate: Sketch, reference: Sketch) -> tuple[PermutationResult | None, str]:
    """Permute channels: at the same index they agree only in models of one descent. Else say why it cannot be made."""
    ours, theirs = shared_anchors(candidate.anchors, reference.anchors)
    if len(ours) < MIN_SHARED:
        return None, "too few token strings are shared"
    if ours.shape[1] != theirs.shape[1]:
        return None, "the widths differ"
    return permutation_test(_centred(ours).T, _centred(theirs).T), ""


def rotation(candidate: Sketch, reference: Sketch) -> Matrix | None:
    """Return the T3 basis (d_candidate, d_reference): the orthogonal map that best carries shared rows over."""
    ours, theirs = shared_anchors(candidate.anchors, reference.anchors)
    if len(ours) < MIN_SHARED:
        return None
    left, _, right = np.linalg.svd(ours.T @ theirs, full_matrices=False)
    return (left @ right).astype(np.float32)


def _centred(rows: Matrix) -> Matrix:
    return rows - rows.mean(axis=0, keepdims=True)
