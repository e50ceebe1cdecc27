"""Building a corpus: the index, and beside it what files of unrelated projects share with one another, as its null."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from originality.core.code.index import Corpus, Origin, corpus_of, open_corpus, read_corpus, write_corpus
from originality.core.code.matching import covered
from originality.core.code.search import Library
from originality.core.code.winnow import Prints

MOST_COMPARED = 2000  # files whose sharing with other projects makes the null
FEWEST = 20  # files below which no null is given
QUANTILES = (0.5, 0.9, 0.95, 0.99)


def build_corpus(origins: Sequence[Origin], path: Path, *, name: str) -> Corpus:
    header, arrays = read_corpus(origins, name=name)
    header["null"] = null_of(corpus_of(header, arrays))
    write_corpus(path, header, arrays)
    return open_corpus(path)


def null_of(corpus: Corpus) -> dict[str, Any] | None:
    """Compare files with the other families of projects: the share contained and the longest passage in tokens.

    Projects do take code from one another, so the upper end of this null is too high rather than too low.
    """
    library = Library([corpus])
    if library.families < 2:
        return None
    order = np.argsort(corpus.arrays["file"], kind="stable")
    bounds = np.searchsorted(corpus.arrays["file"][order], np.arange(len(corpus.files) + 1))
    numbers = [file for file, row in enumerate(corpus.files) if row.tokens][:: _step(len(corpus.files))]
    shares, longest = [], []
    for file in numbers:
        rows = np.sort(order[bounds[file] : bounds[file + 1]])
        prints = Prints(corpus.arrays["hash"][rows], corpus.arrays["place"][rows].astype(np.int32))
        found = library.search(prints, without_family=library.family(file)).chains
        shares.append(float(covered(found, corpus.files[file].tokens).mean()))
        longest.append(max((chain.tokens for chain in found), default=0))
    if len(numbers) < FEWEST:
        return None
    return {
        "files": len(numbers),
        "families": library.families,
        "with_passages": int(np.count_nonzero(longest)),
        "contained": {str(q): round(float(np.quantile(shares, q)), 4) for q in QUANTILES}
        | {"max": round(max(shares), 4)},
        "longest": {str(q): int(np.quantile(longest, q)) for q in QUANTILES} | {"max": int(max(longest))},
    }


def _step(files: int) -> int:
    return max(1, -(-files // MOST_COMPARED))
