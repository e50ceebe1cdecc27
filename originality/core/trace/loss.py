"""The loss of a checkpoint on withheld text: nats per token over windows of the text, with torch and transformers, offline.

Nothing of the checkpoint is executed: only architectures that the installed library knows are loaded, from safetensors.
"""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from originality.core.errors import InputError
from originality.core.sketch import Progress, silent
from originality.core.trace.measures import MeasuredLoss

CONTEXT = 1024  # tokens a window predicts from, where the model allows as many
MOST_TOKENS = 1 << 16
MOST_LOGITS = 1 << 22  # of windows that go through the model together: 16 MiB
MOST_TEXT = 4 << 20  # bytes of text that are read
LARGEST_TOKENIZER = 256 << 20
FEWEST_WINDOWS = 4
MOST_PARTS = 2_000  # layers or experts
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def measured_loss(
    folder: Path,
    text: Path,
    *,
    digest: str,
    step: int,
    text_digest: str,
    context: int | None = None,
    progress: Progress = silent,
) -> MeasuredLoss:
    """Measure one checkpoint; InputError where it cannot be loaded or its loss is not a number."""
    os.environ.update(OFFLINE)
    import torch

    model = _model(folder)
    rows = model.get_input_embeddings().num_embeddings
    longest = getattr(model.config, "max_position_embeddings", None) or CONTEXT
    ids = _ids(folder, text, rows=rows)
    windows = _windows(ids, length=min(context or CONTEXT, longest, CONTEXT))
    each: list[float] = []
    with torch.inference_mode():
        together = max(1, MOST_LOGITS // (rows * max(len(window) for window in windows)))
        for start in range(0, len(windows), together):
            each += _computed(folder, model, windows[start : start + together])
            progress(len(each), len(windows), "windows")
    if not all(map(math.isfinite, each)):
        raise InputError(f"{folder.name}: its loss on the withheld text is not a number")
    mean = sum(each) / len(each)
    variance = sum((value - mean) ** 2 for value in each) / (len(each) - 1)
    return MeasuredLoss(digest, step, mean, math.sqrt(variance / len(each)), len(each), text_digest, tuple(each))


def modest(config: Any) -> bool:
    """Whether a config, which comes from anybody, names no more layers or experts than can be built."""
    parts = [value for key, value in config.to_dict().items() if "layers" in key or "experts" in key]
    return not any(isinstance(value, int) and value > MOST_PARTS for value in parts)


def _computed(folder: Path, model: Any, windows: list[list[int]]) -> list[float]:
    """A config may name sizes that no pass goes through; want of memory is not the checkpoint's fault and is raised as it is."""
    import torch

    try:
        return _mean_losses(model, windows)
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise InputError(f"{folder.name}: the model cannot be run: {_first_line(error)}") from error


def _model(folder: Path) -> Any:
    """Load a causal language model of a known architecture; weights that are missing would be drawn at random: an error."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        if not modest(AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)):
            raise ValueError(f"config.json names more than {MOST_PARTS:,} layers or experts")
        model, info = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype="auto",
            trust_remote_code=False,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
    except Exception as error:
        # Libraries raise anything at all on a broken or foreign folder; their first line is what a team can use.
        raise InputError(f"{folder.name}: the model cannot be loaded: {_first_line(error)}") from error
    if missing := sorted(info["missing_keys"]):
        raise InputError(f"{folder.name}: {len(missing)} tensors are missing, the first {missing[0]}")
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def _ids(folder: Path, text: Path, *, rows: int) -> list[int]:
    """The token ids of the beginning of the text, at most 65,536."""
    with text.open("rb") as stream:
        words = stream.read(MOST_TEXT).decode("utf-8", "ignore")
    ids = _encoded(folder, words)[:MOST_TOKENS]
    if ids and max(ids) >= rows:
        raise InputError(f"{folder.name}: its tokenizer gives ids up to {max(ids)}, the embedding has {rows} rows")
    return ids


def _encoded(folder: Path, words: str) -> list[int]:
    """The ids of a text that the team must not learn: what a tokenizer says while it reads it is kept to its kind."""
    encode = _tokenizer(folder)
    try:
        return encode(words)
    except Exception as error:  # noqa: BLE001  what it says may hold words of the text
        raise InputError(f"{folder.name}: the tokenizer cannot read the text ({type(error).__name__})") from None


def _tokenizer(folder: Path) -> Callable[[str], list[int]]:
    file = folder / "tokenizer.json"
    try:
        if file.is_file() and file.stat().st_size <= LARGEST_TOKENIZER:
            from tokenizers import Tokenizer

            fast = Tokenizer.from_file(str(file))
            return lambda words: list(fast.encode(words, add_special_tokens=False).ids)
        from transformers import AutoTokenizer

        found = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:
        # The file comes from anybody, and its readers raise plain exceptions of their own.
        raise InputError(f"{folder.name}: the tokenizer cannot be read: {_first_line(error)}") from error
    return lambda words: list(found.encode(words, add_special_tokens=False))


def _windows(ids: list[int], *, length: int) -> list[list[int]]:
    """Cut the text into windows of length + 1 ids that share their ends; a short text gives shorter windows."""
    length = min(length, (len(ids) - 1) // FEWEST_WINDOWS)
    if length < 2:
        raise InputError(f"the withheld text has {len(ids)} tokens; {FEWEST_WINDOWS} windows need more")
    return [ids[start : start + length + 1] for start in range(0, len(ids) - length, length)]


def _mean_losses(model: Any, windows: list[list[int]]) -> list[float]:
    """Return the loss of each window; they are of one length, and none needs padding."""
    import torch
    from torch.nn import functional

    ids = torch.tensor(windows, device=model.device)  # (windows, length + 1)
    logits = model(input_ids=ids[:, :-1]).logits.float()
    losses = functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    means: list[float] = losses.view(len(windows), -1).mean(1).tolist()
    return means


def _first_line(error: Exception) -> str:
    """The library's own words, short and without the worker's paths."""
    text = str(error).strip() or type(error).__name__
    return " ".join(word if "/" not in word else Path(word).name for word in text.splitlines()[0].split())[:300]
