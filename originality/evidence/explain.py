"""What does 0.968 mean? A figure and its kind in, its place among unrelated pairs out."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from originality.core.baselines import Null
from originality.core.scores import KINDS
from originality.evidence.text import plus_minus
from originality.selectors import current_baselines
from originality.wording import said

KIND_NAMES: dict[str, str | Promise] = {
    "norm": _("Norm gains: cosine"),
    "norm_pearson": _("Norm gains: Pearson correlation"),
    "std_profile": _("Profile of the layers' spread: correlation"),
    "r2": _("All matrices: variance explained"),
    "equal": _("All matrices: share of equal elements"),
    "gate": _("Gate matrices: cosine"),
    "up": _("Up matrices: cosine"),
    "down": _("Down matrices: cosine"),
    "query": _("Query matrices: cosine"),
    "key": _("Key matrices: cosine"),
    "value": _("Value matrices: cosine"),
    "output": _("Output matrices: cosine"),
    "embedding": _("Embeddings: cosine"),
    "head": _("Output heads: cosine"),
    "fused": _("Fused matrices: cosine"),
    "router": _("Routers: cosine"),
    "token_same_id": _("Tokenizers: shared strings with the same number"),
    "token_jaccard": _("Tokenizers: Jaccard of their strings"),
}
SHARES = frozenset(
    {"r2", "equal", "token_same_id", "token_jaccard"}
)  # from 0 to 1; the others are correlations, from -1 to 1
WIDTH, MARGIN = 640, 20


class Mark(NamedTuple):
    x: str
    value: str


class Strip(NamedTuple):
    """Unrelated pairs, the pair of known descent and the figure on one line, in pixels of a picture 640 wide."""

    pairs: list[Mark]
    control: Mark | None
    figure: Mark
    low: str
    high: str
    width: int = WIDTH


class Answer(NamedTuple):
    """`finest` is the least share of pairs that so few can tell apart, in percent."""

    figure: str
    kind: str
    percentile: str
    at_or_below: int
    pairs: int
    models: tuple[str, ...]
    null: str
    lowest: str
    highest: str
    control: str
    control_pair: str
    by_chance: str
    finest: str
    unremarkable: bool
    strip: Strip


def kind_name(kind: str) -> str:
    return str(KIND_NAMES.get(kind) or said(KINDS.get(kind, kind)))


def known_kinds() -> list[tuple[str, str]]:
    """Return the kinds of figures that unrelated pairs are known for, by key and name."""
    return [(kind, kind_name(kind)) for kind, null in sorted(current_baselines().items()) if null.values]


def explain(figure: float, *, kind: str) -> Answer | None:
    null = current_baselines().get(kind)
    return _answer(figure, kind, null) if null and null.values else None


def _answer(figure: float, kind: str, null: Null) -> Answer:
    low, high, count = min(null.values), max(null.values), len(null.values)
    return Answer(
        figure=f"{figure:g}",
        kind=kind_name(kind),
        percentile=f"{null.percentile(figure):.0f}",
        at_or_below=sum(value <= figure for value in null.values),
        pairs=count,
        models=null.models,
        null=plus_minus(null.mean, null.sd),
        lowest=f"{low:.4f}",
        highest=f"{high:.4f}",
        control="" if null.positive is None else f"{null.positive:.4f}",
        control_pair=null.positive_pair,
        by_chance=_by_chance(null),
        finest=f"{100 / (count + 1):.1f}",
        unremarkable=figure <= high,
        strip=_strip(figure, null),
    )


def _by_chance(null: Null) -> str:
    """Return what the same numbers in random order give, where the registry knows it."""
    values = getattr(null, "by_chance", ())
    return f"{sum(values) / len(values):.4f}" if values else ""


def _strip(figure: float, null: Null) -> Strip:
    shown = [*null.values, figure, *([] if null.positive is None else [null.positive])]
    low, high = min(shown), max(shown)
    across = (high - low) or 1.0

    def mark(value: float) -> Mark:
        return Mark(f"{MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / across:.1f}", f"{value:.4f}")

    control = None if null.positive is None else mark(null.positive)
    return Strip([mark(value) for value in null.values], control, mark(figure), f"{low:.4f}", f"{high:.4f}")
