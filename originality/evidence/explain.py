"""What does 0.968 mean? The engine's answer with its numbers as text, and a line on which the pairs and the figure lie."""

from typing import NamedTuple

from originality.core.explain import SHARES, Explanation
from originality.core.explain import explain as explained
from originality.core.explain import known_kinds as kinds_of
from originality.evidence.kinds import kind_name
from originality.evidence.text import number, percent, plus_minus
from originality.selectors import current_baselines

__all__ = ("SHARES", "Answer", "explain", "known_kinds")
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
    """`finest` is the least share of pairs that so few can tell apart; `telling` whether they are enough to say anything."""

    figure: str
    kind: str
    percentile: str
    at_or_below: int
    pairs: int
    models: tuple[str, ...]
    null: str
    lowest: str
    highest: str
    by_chance: str
    spread: str
    control: str
    control_pair: str
    finest: str
    telling: bool
    unremarkable: bool
    strip: Strip


def known_kinds() -> list[tuple[str, str]]:
    """Return the kinds of figures that unrelated pairs are known for, by key and name."""
    return [(kind, kind_name(kind)) for kind in kinds_of(current_baselines())]


def explain(figure: float, *, kind: str) -> Answer:
    """Answer for a figure in the range of a known kind, which the form holds it to."""
    baselines = current_baselines()
    found = explained(figure, kind=kind, baselines=baselines)
    return Answer(
        figure=f"{figure:g}",
        kind=kind_name(kind),
        percentile=f"{found.percentile:.0f}",
        at_or_below=found.at_or_below,
        pairs=found.pairs,
        models=found.models,
        null=plus_minus(found.mean, found.sd),
        lowest=f"{found.lowest:.4f}",
        highest=f"{found.highest:.4f}",
        by_chance=number(found.by_chance, digits=4),
        spread=percent(found.spread),
        control=number(found.positive, digits=4),
        control_pair=found.positive_pair,
        finest=percent(found.smallest_p),
        telling=found.telling,
        unremarkable=figure <= found.highest,
        strip=_strip(found, baselines[kind].values),
    )


def _strip(found: Explanation, values: tuple[float, ...]) -> Strip:
    control = found.positive
    shown = [*values, found.value, *([] if control is None else [control])]
    low, high = min(shown), max(shown)
    across = (high - low) or 1.0

    def mark(value: float) -> Mark:
        return Mark(f"{MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / across:.1f}", f"{value:.4f}")

    return Strip(
        pairs=[mark(value) for value in values],
        control=None if control is None else mark(control),
        figure=mark(found.value),
        low=f"{low:.4f}",
        high=f"{high:.4f}",
    )
