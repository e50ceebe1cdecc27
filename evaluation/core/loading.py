"""A checkpoint becomes a model here, with nothing of it executed and nothing of it made up."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.core.errors import CheckpointError, ConfigError
from evaluation.core.failures import is_of_the_machine
from evaluation.core.failures import library_line as _first_line
from evaluation.core.suites import ModelSettings

SHOWN = 3  # names of tensors in a message
# What of a checkpoint's generation settings would change what it writes (transformers' GenerationConfig).
WRITING = (
    *("do_sample", "temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "num_beams"),
    *("repetition_penalty", "encoder_repetition_penalty", "length_penalty", "no_repeat_ngram_size", "bad_words_ids"),
    *("max_length", "max_new_tokens", "min_length", "min_new_tokens", "max_time", "stop_strings", "suppress_tokens"),
    *(
        "begin_suppress_tokens",
        "sequence_bias",
        "guidance_scale",
        "penalty_alpha",
        "forced_bos_token_id",
        "forced_eos_token_id",
    ),
)
TOKEN_IDS = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")


class Loaded(NamedTuple):
    """`unused` tensors of the checkpoint have no place in its architecture; they are reported, not an error.

    `left_out` are the checkpoint's own wishes for generation (a temperature, a penalty): the suite says how text is written.
    """

    model: Any
    tokenizer: Any
    unused: list[str]
    left_out: list[str]


def load(
    folder: Path, *, settings: ModelSettings, device: str | None = None, arguments: Mapping[str, Any] | None = None
) -> Loaded:
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
            **(placement := _placement(arguments or {})),
        )
    except Exception as error:
        if is_of_the_machine(error):
            raise
        # Libraries raise anything at all on a hostile or broken folder; their first line is what a team can use.
        raise CheckpointError(folder.name, f"the model cannot be loaded: {_first_line(error)}") from error
    if missing := sorted(info["missing_keys"]):
        raise CheckpointError(folder.name, f"{len(missing)} tensors are missing: {', '.join(missing[:SHOWN])}")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = _tokenizer(folder, rows=model.get_input_embeddings().num_embeddings)
    left_out = _keep_token_ids(model)
    placed = model if placement else model.to(device)
    return Loaded(placed.eval(), tokenizer, sorted(info["unexpected_keys"]), left_out)


def _placement(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Layers spread over the cards of this process by accelerate, as the harness's own options of these names ask for it."""
    if not arguments.get("parallelize"):
        return {}
    import torch

    memory: dict[int | str, str] = {}
    if per_card := arguments.get("max_memory_per_gpu"):
        memory |= dict.fromkeys(range(torch.cuda.device_count()), per_card)
    if of_host := arguments.get("max_cpu_memory"):
        memory["cpu"] = of_host
    return {"device_map": "auto", "max_memory": memory or None, "offload_folder": "offload"}


def _keep_token_ids(model: Any) -> list[str]:
    """Names of the generation settings that came with the checkpoint and do not hold here; its token ids do."""
    from transformers import GenerationConfig

    given = model.generation_config
    if given is None:
        return []
    kept = {name: getattr(given, name) for name in TOKEN_IDS}
    plain = GenerationConfig(**kept)
    wished, usual = given.to_dict(), plain.to_dict()
    left_out = {name for name, value in wished.items() if name in WRITING and value not in (None, usual.get(name))}
    model.generation_config = plain
    return sorted(left_out)


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
