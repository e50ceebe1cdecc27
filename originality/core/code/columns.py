"""Which of three columns a file belongs to: what defines the model, what trains it, what runs it; the rest is "other".

Foreign code in a serving script is a matter of its licence and says nothing of the weights, so the columns are never added up.
"""

import re
from pathlib import PurePosixPath
from typing import NamedTuple

MODELLING, TRAINING, INFERENCE, OTHER = "modelling", "training", "inference", "other"
COLUMNS = (MODELLING, TRAINING, INFERENCE, OTHER)
READ = 400_000  # characters of a file that are looked at
MOST_COUNTED = 5  # times that one cue counts
IN_PATH = 3  # what a word in the path weighs, in cues of the content
FEWEST = 2

CONTENT = {
    MODELLING: (
        r"nn\.Module", r"def forward\(", r"nn\.(?:Linear|Embedding|LayerNorm|RMSNorm|ModuleList)", r"rotary|rope_theta",
        r"scaled_dot_product_attention|softmax\(", r"hidden_size|num_attention_heads", r"init_weights|reset_parameters",
    ),
    TRAINING: (
        r"\.backward\(", r"optimi[sz]er\.(?:step|zero_grad)", r"clip_grad", r"lr_scheduler|warmup", r"DataLoader|Dataset\b",
        r"\bepochs?\b", r"cross_entropy|CrossEntropyLoss", r"grad(?:ient)?_accum", r"weight_decay", r"zero_stage|FSDP|deepspeed",
    ),
    INFERENCE: (
        r"\.generate\(|def generate", r"past_key_values|kv_?cache", r"top_[pk]\b|temperature", r"sampling|logits_process",
        r"no_grad|inference_mode", r"speculative|beam_search", r"@app\.|fastapi|uvicorn|aiohttp|grpc", r"paged_?attention|block_table",
    ),
}  # fmt: skip
PATH = {
    MODELLING: ("model", "models", "modeling", "modelling", "layers", "modules", "attention", "embedding", "norm"),
    TRAINING: ("train", "training", "trainer", "pretrain", "finetune", "optim", "optimizer", "schedulers", "data", "loss"),
    INFERENCE: ("infer", "inference", "serve", "serving", "server", "generate", "generation", "sampling", "engine", "decode"),
}  # fmt: skip
ELSEWHERE = frozenset({"test", "tests", "doc", "docs", "example", "examples", "benchmarks", "setup", "conftest"})
CUES = {column: tuple(re.compile(cue) for cue in cues) for column, cues in CONTENT.items()}
WORD = re.compile(r"[a-z]+")


class Placed(NamedTuple):
    """`cues` counts the words that decided, per column; all zero in "other" by its path."""

    column: str
    cues: dict[str, int]


def column_of(path: str, text: str) -> Placed:
    """Count cues in path and content; the most decide, below two or in a draw the file is "other"."""
    words = set(WORD.findall(str(PurePosixPath(path)).lower()))
    if words & ELSEWHERE:
        return Placed(OTHER, dict.fromkeys(CUES, 0))
    looked_at = text[:READ]
    cues = {
        column: sum(min(MOST_COUNTED, len(cue.findall(looked_at))) for cue in found)
        + IN_PATH * bool(words.intersection(PATH[column]))
        for column, found in CUES.items()
    }
    ranked = sorted(cues.items(), key=lambda item: -item[1])
    best, count = ranked[0]
    return Placed(best if count >= FEWEST and count > ranked[1][1] else OTHER, cues)
