"""What goes on to the backends, and what their adapters count and refuse."""

import ast
import inspect
import json
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from evaluation.core.backends.arguments import HF, VLLM, checked
from evaluation.core.backends.hardware import cards_text
from evaluation.core.backends.hf import open_transformers
from evaluation.core.backends.hf_adapter import FiniteLogits
from evaluation.core.backends.texts import LostText, require_tokens
from evaluation.core.backends.vllm import parameters_in, vllm_arguments
from evaluation.core.errors import CheckpointError, ConfigError, NotFiniteError, SpecError, SuiteError, TokenizerError
from evaluation.core.loading import _placement, load
from evaluation.core.run import OFFLINE
from evaluation.core.spec import CheckpointSource
from evaluation.core.suites import ModelSettings, parse_suite
from tests.factories.evaluation import copy_of, suite_document

# Names of vLLM's engine arguments (vllm/engine/arg_utils.py, EngineArgs; the same from 0.9 to 0.11).
VLLM_ENGINE = {
    *("load_format", "generation_config", "pipeline_parallel_size", "tensor_parallel_size", "enable_expert_parallel"),
    *("distributed_executor_backend", "gpu_memory_utilization", "max_num_seqs", "max_num_batched_tokens"),
    *("enforce_eager", "enable_prefix_caching", "enable_chunked_prefill", "kv_cache_dtype", "cpu_offload_gb"),
    "disable_custom_all_reduce",
}
EVERYTHING = {
    "tensor_parallel_size": 4,
    "pipeline_parallel_size": 2,
    "distributed_executor_backend": "ray",
    "enable_expert_parallel": True,
    "gpu_memory_utilization": "0.9",
    "max_num_seqs": 64,
    "max_num_batched_tokens": 8192,
    "enforce_eager": True,
    "enable_prefix_caching": False,
    "enable_chunked_prefill": True,
    "kv_cache_dtype": "auto",
    "cpu_offload_gb": 0,
    "disable_custom_all_reduce": False,
}


def parameters_of_the_harness():
    """Of lm-eval's adapter for vLLM, read from its source: it cannot be imported where vLLM is not installed."""
    path = Path(find_spec("lm_eval").origin).parent / "models" / "vllm_causallms.py"
    classes = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    adapter = next(node for node in classes if node.name == "VLLM")
    made = next(node for node in adapter.body if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    assert made.args.kwarg is not None
    return {argument.arg for argument in made.args.args}


def suite(**model):
    return parse_suite(suite_document(model={"dtype": "float32", "batch_size": 4, "max_length": 64} | model))


def test_every_argument_of_vllm_is_known_to_the_harness_or_to_its_engine(checkpoint):
    source = CheckpointSource("checkpoint", backend="vllm", arguments=EVERYTHING)
    arguments = vllm_arguments(checkpoint, source=source, suite=suite())
    assert EVERYTHING.keys() == VLLM.keys()
    known = parameters_of_the_harness()
    assert arguments.keys() - known <= VLLM_ENGINE
    assert {"pretrained", "max_length", "batch_size", "tensor_parallel_size", "data_parallel_size"} <= known
    assert arguments["gpu_memory_utilization"] == 0.9


def test_vllm_gets_a_whole_batch_one_engine_spawned_workers_and_no_code(checkpoint):
    arguments = vllm_arguments(checkpoint, source=CheckpointSource("checkpoint", backend="vllm"), suite=suite())
    assert (arguments["batch_size"], type(arguments["batch_size"])) == (4, int)
    assert arguments["data_parallel_size"] == 1
    assert arguments["trust_remote_code"] is False
    assert arguments["load_format"] == "safetensors"
    assert arguments["max_length"] == 64
    assert OFFLINE["VLLM_WORKER_MULTIPROCESSING_METHOD"] == "spawn"


def test_the_options_of_accelerate_are_those_of_the_harness():
    from lm_eval.models.huggingface import HFLM

    assert HF.keys() <= inspect.signature(HFLM.__init__).parameters.keys()
    assert _placement({}) == {}
    placed = _placement({"parallelize": True, "max_memory_per_gpu": "70GiB", "max_cpu_memory": "100GiB"})
    assert placed["device_map"] == "auto"
    assert placed["max_memory"]["cpu"] == "100GiB"


@pytest.mark.parametrize(
    ("backend", "name", "value"),
    [
        ("vllm", "model", "elsewhere"),
        ("vllm", "tokenizer", "/etc"),
        ("vllm", "trust_remote_code", True),
        ("vllm", "data_parallel_size", 2),
        ("vllm", "tensor_parallel_size", 0),
        ("vllm", "tensor_parallel_size", True),
        ("vllm", "gpu_memory_utilization", "1.5"),
        ("vllm", "gpu_memory_utilization", "NaN"),
        ("vllm", "distributed_executor_backend", "os.system"),
        ("hf", "parallelize", "yes"),
        ("hf", "max_memory_per_gpu", "70"),
        ("hf", "offload_folder", "/tmp"),  # noqa: S108
    ],
)
def test_an_argument_that_must_not_go_on_is_named(backend, name, value):
    with pytest.raises(SpecError, match=rf"^\$\.source\.arguments\.{name}: "):
        checked(backend, {name: value})


def test_cards_of_a_job_are_told_by_kind():
    assert cards_text(["NVIDIA H200"] * 8) == "8 × NVIDIA H200"


def test_parameters_are_counted_from_the_headers_alone(checkpoint):
    loaded = load(checkpoint, settings=suite().model, device="cpu")
    stored = sum(p.numel() for name, p in loaded.model.named_parameters() if name != "lm_head.weight")
    assert parameters_in(checkpoint) in {stored, sum(p.numel() for p in loaded.model.parameters())}


def test_a_text_that_the_tokenizer_drops_is_no_text_to_score():
    lost = LostText()
    lost.add("바른 띄어쓰기", "바른띄어쓰기")  # spacing may change
    lost.require_little()
    lost.add("한글은 사라진다", "")
    with pytest.raises(TokenizerError, match="do not come back"):
        lost.require_little()


def test_a_rare_sign_without_a_token_is_no_fault():
    lost = LostText()
    lost.add("가" * 500 + "鬱", "가" * 500)
    lost.require_little()


@pytest.mark.parametrize(("context", "continuation"), [([], [1]), ([1], []), ([1], [1] * 9)])
def test_parts_of_a_question_without_tokens_or_beyond_the_context_are_told(context, continuation):
    with pytest.raises(TokenizerError, match="' Yes'"):
        require_tokens(("Is it?", " Yes"), context=context, continuation=continuation, longest=8)


@pytest.mark.parametrize("bad", [[float("nan"), 0.0], [float("inf"), 0.0], [float("-inf"), float("-inf")]])
def test_a_next_token_is_never_drawn_from_numbers_that_are_none(bad):
    with pytest.raises(NotFiniteError, match="next token"):
        FiniteLogits()(torch.zeros(1, 1), torch.tensor([bad]))


def test_ruling_out_single_tokens_is_allowed():
    scores = torch.tensor([[float("-inf"), 0.5]])
    assert FiniteLogits()(torch.zeros(1, 1), scores) is scores


@pytest.fixture(scope="module")
def backend(checkpoint):
    return open_transformers(checkpoint, source=CheckpointSource("checkpoint"), suite=suite(), device="cpu")


def requests(*arguments):
    return [SimpleNamespace(args=given, task_name="task", request_type="x") for given in arguments]


def test_tokens_that_are_read_and_those_cut_off_are_counted(backend):
    adapter = backend.adapter
    backend.counter.take()
    short, long = ("Is it?", " Yes"), ("word " * 200, " Yes")
    adapter.loglikelihood(requests(short, long), disable_tqdm=True)
    counted = backend.counter.take()
    tokens = [len(adapter.tok_encode(context + answer)) for context, answer in (short, long)]
    assert (counted.requests, counted.tokens_in, counted.truncated) == (2, sum(tokens), 1)
    assert backend.counter.take() == (0, 0, 0, 0)


def test_tokens_that_are_written_are_counted(backend):
    backend.counter.take()
    settings = {"until": ["\n\n"], "max_gen_toks": 5, "do_sample": False}
    answers = backend.adapter.generate_until(requests(("One two", settings), ("A", settings)), disable_tqdm=True)
    counted = backend.counter.take()
    assert len(answers) == counted.requests == 2
    assert 2 <= counted.tokens_out <= 10


def test_more_to_write_than_the_context_holds_is_a_fault_of_the_suite(backend):
    with pytest.raises(SuiteError, match="up to 64 tokens"):
        backend.adapter.generate_until(requests(("One", {"until": [], "max_gen_toks": 64})))


def test_the_checkpoints_own_wishes_for_writing_do_not_hold(checkpoint, tmp_path):
    mine = copy_of(checkpoint, tmp_path / "checkpoint")
    path = mine / "generation_config.json"
    config = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps(config | {"repetition_penalty": 1.5, "num_beams": 4}), encoding="utf-8")
    loaded = load(mine, settings=ModelSettings("float32", 1, 64), device="cpu")
    assert loaded.left_out == ["num_beams", "repetition_penalty"]
    assert loaded.model.generation_config.num_beams in (None, 1)
    assert loaded.model.generation_config.eos_token_id == loaded.model.config.eos_token_id


def test_a_suite_with_a_template_needs_one(checkpoint, tmp_path):
    mine = copy_of(checkpoint, tmp_path / "checkpoint")
    (mine / "chat_template.jinja").unlink(missing_ok=True)
    wanted = suite()
    wanted = replace(wanted, model=wanted.model._replace(chat_template=True))
    with pytest.raises(ConfigError, match="chat_template: is missing"):
        open_transformers(mine, source=CheckpointSource("checkpoint"), suite=wanted, device="cpu")


def test_a_template_is_rendered_as_the_library_would_but_in_a_process_of_its_own(checkpoint, tmp_path):
    mine = copy_of(checkpoint, tmp_path / "checkpoint")
    template = "{% for message in messages %}<{{ message.role }}> {{ message.content }}{% endfor %}"
    (mine / "chat_template.jinja").write_text(template, encoding="utf-8")
    wanted = suite()
    wanted = replace(wanted, model=wanted.model._replace(chat_template=True))
    opened = open_transformers(mine, source=CheckpointSource("checkpoint"), suite=wanted, device="cpu")
    with opened.adapter.renderer:
        assert opened.adapter.apply_chat_template([{"role": "user", "content": "안녕?"}]) == "<user> 안녕?"
    assert opened.facts["chat_template"] == {"applied": True, "sha256": sha256(template.encode()).hexdigest()}


def test_memory_that_runs_out_while_loading_is_not_the_checkpoints_fault(checkpoint, monkeypatch):
    from transformers import AutoModelForCausalLM

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", full)
    with pytest.raises(MemoryError):
        load(checkpoint, settings=ModelSettings("float32", 1, 64), device="cpu")
    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", lambda *_a, **_k: {}["weights"])
    with pytest.raises(CheckpointError):
        load(checkpoint, settings=ModelSettings("float32", 1, 64), device="cpu")
