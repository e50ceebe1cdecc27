"""Embeddings by residual channel over the strings both vocabularies hold; token rows are not exchangeable."""

import math

import numpy as np
from numpy.typing import NDArray

from originality.core.permutation import PermutationResult, permutation_test
from originality.core.procrustes import polar
from originality.core.projection import Matrix
from originality.core.sketch import Sketch
from originality.core.tokens import shared_anchors

MIN_SHARED = 64
Grams = NDArray[np.float64]


def embedding_test(candidate: Sketch, reference: Sketch) -> tuple[PermutationResult | None, str]:
    """Permute channels: at the same index they agree only in models of one descent. Else say why it cannot be made."""
    ours, theirs = shared_anchors(candidate.anchors, reference.anchors)
    if len(ours) < MIN_SHARED:
        return None, "too few token strings are shared"
    if ours.shape[1] != theirs.shape[1]:
        return None, "the widths differ"
    return permutation_test(_centred(ours).T, _centred(theirs).T), ""


def rotation(candidate: Sketch, reference: Sketch) -> Matrix | None:
    """Return the T3 map (k_candidate, k_reference) between the models' own bases, from the rows of shared strings."""
    ours, theirs = shared_anchors(candidate.own_anchors, reference.own_anchors)
    return polar(ours, theirs) if len(ours) >= MIN_SHARED else None


def embedding_cka(candidate: Sketch, reference: Sketch) -> tuple[float, int] | None:
    """Return the unbiased linear CKA of the rows of shared strings, and their number; no rotation changes it.

    Strangers that learned the same language reach high values: only unrelated pairs of a registry say what is usual.
    """
    ours, theirs = shared_anchors(candidate.anchors, reference.anchors)
    if len(ours) < MIN_SHARED:
        return None
    a, b = (_gram(rows.astype(np.float64)) for rows in (ours, theirs))
    scale = math.sqrt(max(_hsic(a, a) * _hsic(b, b), 0.0))
    return (_hsic(a, b) / scale if scale else 0.0), len(ours)


def _gram(rows: Grams) -> Grams:
    gram = rows @ rows.T
    np.fill_diagonal(gram, 0.0)
    return gram


def _hsic(a: Grams, b: Grams) -> float:
    """Unbiased estimate of HSIC (Song et al. 2012) for Gram matrices with a zero diagonal, up to the factor n(n − 3)."""
    n = len(a)
    rows_a, rows_b = a.sum(axis=1), b.sum(axis=1)
    total = float(rows_a.sum() * rows_b.sum()) / ((n - 1) * (n - 2))
    return float(np.sum(a * b)) + total - 2.0 / (n - 2) * float(rows_a @ rows_b)


def _centred(rows: Matrix) -> Matrix:
    return rows - rows.mean(axis=0, keepdims=True)
