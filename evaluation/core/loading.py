"""A checkpoint becomes a model here, with nothing of it executed and nothing of it made up."""

from pathlib import Path
from typing import Any, NamedTuple

from evaluation.core.errors import CheckpointError, ConfigError
from evaluation.core.suites import ModelSettings

SHOWN = 3  # names of tensors in a message


class Loaded(NamedTuple):
    """`unused` tensors of the checkpoint have no place in its architecture; they are reported, not an error."""

    model: Any
    tokenizer: Any
    unused: list[str]


def load(folder: Path, *, settings: ModelSettings, device: str | None = None) -> Loaded:
    """Weights that are missing would be drawn at random by the library: here they are an error."""
    import torch
    from transformers import AutoModelForCausalLM

    _known_architecture(folder)
    try:
        model, info = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=getattr(torch, settings.dtype),
            trust_remote_code=False,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
    except Exception as error:
        # Libraries raise anything at all on a hostile or broken folder; their first line is what a team can use.
        raise CheckpointError(folder.name, f"the model cannot be loaded: {_first_line(error)}") from error
    if missing := sorted(info["missing_keys"]):
        raise CheckpointError(folder.name, f"{len(missing)} tensors are missing: {', '.join(missing[:SHOWN])}")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = _tokenizer(folder, rows=model.get_input_embeddings().num_embeddings)
    return Loaded(model.to(device).eval(), tokenizer, sorted(info["unexpected_keys"]))


def _known_architecture(folder: Path) -> None:
    from transformers import AutoConfig, AutoModelForCausalLM, __version__

    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        known = type(config) in AutoModelForCausalLM._model_mapping  # noqa: SLF001 - there is no public way to ask
    except Exception as error:
        raise ConfigError("config.json", f"cannot be used: {_first_line(error)}") from error
    if not known:
        kind = f"model_type {config.model_type!r}"
        raise ConfigError(
            "config.json",
            f"{kind} is no causal language model of transformers {__version__}; own architectures take the endpoint route",
        )


def _tokenizer(folder: Path, *, rows: int) -> Any:
    """A tokenizer that fits the `rows` of the embedding; one that does not fails deep inside the harness."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:
        raise CheckpointError("tokenizer", f"cannot be loaded: {_first_line(error)}") from error
    if (largest := max(tokenizer.get_vocab().values(), default=-1)) >= rows:
        raise CheckpointError("tokenizer", f"gives ids up to {largest}, the embedding has {rows} rows")
    if tokenizer.bos_token_id is None and tokenizer.eos_token_id is None:
        raise CheckpointError("tokenizer_config.json", "names neither bos_token nor eos_token; a text needs a start")
    return tokenizer


def _first_line(error: Exception) -> str:
    """The library's own words, short and without the worker's paths."""
    text = str(error).strip() or type(error).__name__
    return " ".join(word if "/" not in word else Path(word).name for word in text.splitlines()[0].split())[:400]
