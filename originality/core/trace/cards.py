"""What a card can do at most: dense matrix products in bf16, operations a second, as its maker's data sheet states them.

Half of the figure that a sheet gives "with sparsity". A card that is not here has no known peak: compute is then not judged.
"""

import re

TERA = 1e12
PEAKS = {  # Longest names first: "H100 PCIe" is no "H100".
    "h100 pcie": 756 * TERA,
    "h100 nvl": 835 * TERA,
    "h100": 989.4 * TERA,
    "h200": 989.4 * TERA,
    "h800": 989.4 * TERA,
    "gh200": 989.4 * TERA,
    "h20": 148 * TERA,
    "gb300": 2500 * TERA,
    "gb200": 2500 * TERA,
    "b300": 2250 * TERA,
    "b200": 2250 * TERA,
    "b100": 1750 * TERA,
    "a100": 312 * TERA,
    "a800": 312 * TERA,
    "l40s": 362 * TERA,
    "l4": 121 * TERA,
    "a10": 125 * TERA,
    "mi250x": 383 * TERA,
    "mi300x": 1307.4 * TERA,
    "mi325x": 1307.4 * TERA,
    "mi355x": 2516.6 * TERA,
    "tpu v4": 275 * TERA,
    "tpu v5e": 197 * TERA,
    "tpu v5p": 459 * TERA,
    "tpu v6e": 918 * TERA,
    "gaudi 2": 432 * TERA,
    "gaudi 3": 1835 * TERA,
}
MAKERS = re.compile(r"\b(?:nvidia|amd|intel|google|cloud|instinct|tensor core|sxm\d?|oam|gpu|\d+ ?gb)\b")


def peak_flops(card_type: str) -> float | None:
    """Return the dense bf16 peak of one card, or None where no sheet is at hand for this name."""
    plain = MAKERS.sub(" ", re.sub(r"[_\-/,()]+", " ", card_type.casefold()))
    return PEAKS.get(" ".join(plain.split()))
