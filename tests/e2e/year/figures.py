"""What the panels score and the bodies measure, by entry. Chosen so that the year goes as the plot says; nobody is real.

Phase 1: D is among the first four by score and fails a gate, E has the lowest total. Phase 2: D is last by a little.
"""

from decimal import Decimal

MEASURED: dict[int, dict[str, dict[tuple[str, str], str]]] = {
    1: {
        code: {
            **{("nia", item): nia for item in ("maths", "knowledge", "long_context", "safety", "reliability")},
            ("common", "thirteen"): common,
            **{("individual", item): own for item in ("own1", "own2", "given1", "given2", "given3")},
        }
        for code, nia, common, own in (
            ("A", "92", "72", "80"),
            ("B", "88", "70", "76"),
            ("C", "84", "66", "72"),
            ("D", "86", "68", "74"),
            ("E", "70", "50", "60"),
        )
    },
    2: {
        code: {("aaii", "index"): index, ("nia", "overall"): nia}
        for code, index, nia in (("A", "37.6", "88"), ("B", "35.2", "89.3"), ("C", "31.2", "86.7"), ("D", "30.4", "84"))
    },
}
TARGET = "80"  # of the target model, where the rule asks for one

# An expert's points: strategy, results, spillover. The n-th of the panel gives n halves less on the first row.
EXPERT = {
    1: {
        "A": ("9", "14", "9"),
        "B": ("9", "13", "8.5"),
        "C": ("8.5", "12.5", "8"),
        "D": ("8.5", "13", "8"),
        "E": ("7", "10", "6"),
    },
    2: {
        "A": ("9", "9", "13"),
        "B": ("8.5", "9", "12.5"),
        "C": ("8.5", "8.5", "12.5"),
        "D": ("8", "8.5", "12"),
    },
}
CRITERIA = ("strategy", "results", "spillover")

# Ratings from 1 to 5 by four evaluators.
RATINGS = {
    1: {"A": "5544", "B": "4544", "C": "4444", "D": "4444", "E": "3333"},
    2: {"A": "4444", "B": "4443", "C": "4343", "D": "3433"},
}


def expert_scores(phase: int, code: str, *, number: int) -> dict[str, str]:
    """Of the `number`-th expert, from 0."""
    first, *rest = EXPERT[phase][code]
    points = (str(Decimal(first) - Decimal(number) / 2), *rest)
    return dict(zip(CRITERIA, points, strict=True))


def rating(phase: int, code: str, *, number: int) -> dict[str, str]:
    return {"overall": RATINGS[phase][code][number]}
