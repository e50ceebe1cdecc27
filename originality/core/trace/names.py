"""Which quantity a name in a log means: guessed from its words, to be shown and corrected by the team.

Names are those of common trainers (Megatron, DeepSpeed, NeMo, torchtitan, OLMo, Hugging Face, Keras) and of Korean tables.
"""

import re
import unicodedata
from collections.abc import Mapping

STEP_NAMES = (
    "step",
    "global_step",
    "_step",
    "steps",
    "iteration",
    "iterations",
    "iter",
    "update",
    "스텝",
    "단계",
    "반복",
)
TIME_NAMES = ("wall_time", "wall time", "_timestamp", "timestamp", "time", "datetime", "시각", "시간", "일시")
VALIDATION = frozenset(
    ["val", "valid", "validation", "eval", "evaluation", "dev", "test", "heldout", "holdout", "검증", "평가"]
)
BENIGN = frozenset(
    [
        "train",
        "training",
        "trainer",
        "lm",
        "model",
        "avg",
        "mean",
        "average",
        "global",
        "reduced",
        "reduce",
        "metrics",
        "loss_metrics",
        "optim",
        "optimizer",
        "batch",
        "total",
        "current",
        "smoothed",
        "unscaled",
        "value",
        "iter",
        "step",
        "학습",
        "훈련",
        "평균",
        "전체",
        "group",
        "0",
        "group0",
        "samples",
        "main",
    ]
)
LONGEST = 200  # characters of a name that are kept
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[가-힣]+|\d+|[^\W_]+")
STRANGE = 2  # words that mean nothing known, in a name that is guessed all the same

LOSS = frozenset(["loss", "losses", "nll", "crossentropy", "손실", "손실값"])
NOT_LOSS = frozenset(
    [
        "scale",
        "scaling",
        "scaler",
        "aux",
        "auxiliary",
        "moe",
        "load",
        "balance",
        "balancing",
        "router",
        "z",
        "max",
        "min",
        "mtp",
        "reward",
        "spike",
        "skipped",
        "std",
        "var",
        "kl",
        "per",
        "norm",
        "규모",
    ]
)
NORM = frozenset(["norm", "norms", "gnorm", "노름", "크기"])
GRADIENT = frozenset(["grad", "grads", "gradient", "gradients", "gnorm", "기울기", "그래디언트", "그레이디언트"])
TOKENS = frozenset(["token", "tokens", "ntokens", "토큰", "토큰수"])
PER = frozenset(["per", "sec", "second", "seconds", "s", "throughput", "초당", "tps", "tgs", "batch"])
COUNTED = frozenset(
    [
        "consumed",
        "seen",
        "processed",
        "num",
        "number",
        "n",
        "input",
        "trained",
        "count",
        "cumulative",
        "누적",
        "수",
        "개수",
    ]
)
SPEED = frozenset(["tps", "throughput", "처리량", "tgs"])
NOT_SPEED = frozenset(["tflops", "flops", "flop", "tflop", "samples", "sample", "mfu", "images"])
MEMORY = frozenset(["memory", "mem", "메모리"])
RATE = frozenset(["lr", "학습률", "학습율"])


def words_of(name: str) -> list[str]:
    """Lower-case words of a name: split at punctuation and at humps."""
    return [word.lower() for word in WORD.findall(name)]


def cleaned(text: str, *, limit: int = LONGEST) -> str:
    """Fit to be shown and stored: one Unicode form, nothing that does not print, at most `limit` characters."""
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    shown = text if text.isprintable() else "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def quantity_of(name: str) -> tuple[str, int] | None:
    """The quantity that the words of a name mean, and how well they fit (0 is best, one less for every word that is not known)."""
    words = words_of(name.rsplit(" - ", 1)[-1])  # "run - train/loss" is how exported charts are headed
    if "crossentropy" in "".join(words):
        words = [word for word in words if word not in {"cross", "entropy"}] + ["loss"]
    found = frozenset(words)
    quantity, used = _meaning(found)
    if quantity is None:
        return None
    strange = [word for word in words if word not in used and word not in BENIGN and not word.isdigit()]
    return (quantity, -len(strange)) if len(strange) <= STRANGE else None


def _meaning(words: frozenset[str]) -> tuple[str | None, frozenset[str]]:
    if words & LOSS and not words & NOT_LOSS:
        return ("validation_loss", LOSS | VALIDATION) if words & VALIDATION else ("loss", LOSS)
    if words & VALIDATION:
        return None, frozenset()
    if words & RATE or {"learning", "rate"} <= words:
        return "learning_rate", RATE | {"learning", "rate"}
    if words & GRADIENT and words & NORM:
        return "grad_norm", GRADIENT | NORM
    return _volume(words)


def _volume(words: frozenset[str]) -> tuple[str | None, frozenset[str]]:
    if words & TOKENS and (not words & PER or "total" in words):
        return "tokens", TOKENS | COUNTED | PER
    if (words & TOKENS and words & PER and "batch" not in words) or (words & SPEED and not words & NOT_SPEED):
        return "throughput", TOKENS | PER | SPEED | {"device"}
    if words & MEMORY:
        return "memory", MEMORY | {
            "gpu",
            "cuda",
            "active",
            "allocated",
            "gib",
            "gb",
            "reserved",
            "gi",
            "b",
            "max",
            "peak",
        }
    return None, frozenset()


def guess(counts: Mapping[str, int]) -> dict[str, str]:
    """For each quantity the best fitting name; of names that fit alike the one with most points, then the first of them.

    A name with a hundredth of the points of another that means the same is a summary at the end of a log, not the series.
    """
    found: dict[str, list[tuple[int, int, int, str]]] = {}
    for name, count in counts.items():
        if meaning := quantity_of(name):
            found.setdefault(meaning[0], []).append((meaning[1], count, -len(name), name))
    best = {}
    for quantity, named in found.items():
        most = max(count for _, count, _, _ in named)
        series = sorted((item for item in named if item[1] * 100 >= most), key=lambda item: item[3])
        best[quantity] = max(series, key=lambda item: item[:3])[3]
    return best
