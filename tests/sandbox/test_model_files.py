"""Attacks through the files of a model: each is refused before a library that would load it is imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.core.errors import InputError
from evaluation.core.templatefiles import check_templates, templates_in

HEAVY = ("torch", "transformers", "tokenizers", "safetensors", "lm_eval", "datasets", "numpy", "vllm")
LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
PROBE = """
import sys
from pathlib import Path
from evaluation.core.checkpoint import check_checkpoint
from evaluation.core.errors import InputError
from evaluation.core.templatefiles import check_templates
for name in sorted(Path(sys.argv[1]).iterdir()):
    try:
        check_checkpoint(name)
        check_templates(name)
        print(name.name, "taken", "-", sep="\\t")
    except InputError as error:
        print(name.name, "refused", str(error).replace("\\n", " "), sep="\\t")
    heavy = set(sys.argv[2:]) & set(sys.modules)
    assert not heavy, f"{name.name} made {heavy} be imported"
"""


def tensors(header: dict | bytes, data: bytes = b"\0" * 16, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


GOOD = {"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}
PICKLE = b"\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03."
CONFIG = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 8}

# What is put in the place of, or beside, the files of a sound checkpoint; and a word of the refusal.
ATTACKS: dict[str, tuple[dict[str, bytes | dict], str]] = {
    "pickle by name": ({"pytorch_model.bin": PICKLE}, "pickle"),
    "pickle under another name": ({"model.safetensors": PICKLE}, "pickle"),
    "pickle as a vocabulary": ({"vocab.json": PICKLE}, "pickle"),
    "pickle with an old opening": ({"notes.txt": b"cos\nsystem\n(S'true'\ntR."}, "pickle"),
    "torch zip under another name": ({"model.safetensors": b"PK\x03\x04" + bytes(60)}, "zip"),
    "checkpoint of a trainer": ({"optimizer.pt": PICKLE}, "pickle"),
    "NumPy objects": ({"scaler.npy": b"\x93NUMPY" + bytes(60)}, "NumPy"),
    "GGUF by name": ({"model.gguf": b"GGUF" + bytes(60)}, "GGUF"),
    "GGUF under another name": ({"model.safetensors": b"GGUF" + bytes(60)}, "GGUF"),
    "HDF5": ({"tf_model.h5": b"\x89HDF\r\n\x1a\n"}, "format"),
    "a program": ({"tokenizer.model": b"\x7fELF" + bytes(60)}, "program"),
    "a library": ({"kernel.so": b"\x7fELF" + bytes(60)}, "not accepted"),
    "auto_map": ({"config.json": CONFIG | {"auto_map": {"AutoModelForCausalLM": "modeling.M"}}}, "run code"),
    "auto_map of a tokenizer": ({"tokenizer_config.json": {"auto_map": {"AutoTokenizer": ["t.T", None]}}}, "run code"),
    "auto_map below": ({"config.json": CONFIG | {"text_config": {"auto_map": {"AutoConfig": "c.C"}}}}, "run code"),
    "trust_remote_code": ({"config.json": CONFIG | {"trust_remote_code": True}}, "run code"),
    "custom generation": ({"generation_config.json": {"custom_generate": "own/loop"}}, "never run"),
    "attention of a stranger": ({"config.json": CONFIG | {"attn_implementation": "someone/kernel"}}, "kernel"),
    "private attention": ({"config.json": CONFIG | {"_attn_implementation": "a/b"}}, "kernel"),
    "internal attention": ({"config.json": CONFIG | {"_attn_implementation_internal": "eager"}}, "internal"),
    "kernels as a table": ({"config.json": CONFIG | {"attn_implementation": {"": "a/b"}}}, "attn_implementation"),
    "experts of a stranger": ({"config.json": CONFIG | {"experts_implementation": {"": "x"}}}, "one name"),
    "sizes without bound": ({"config.json": CONFIG | {"vocab_size": 2**31}}, "vocab_size"),
    "sizes below zero": ({"config.json": CONFIG | {"num_hidden_layers": -1}}, "whole number"),
    "numbers that are none": ({"config.json": b'{"model_type": "llama", "rope_theta": Infinity}'}, "rope_theta"),
    "nested configuration": ({"config.json": b'{"a":' * 3000 + b"1" + b"}" * 3000}, "nested"),
    "huge configuration": ({"config.json": b'{"a": "' + b"x" * (9 << 20) + b'"}'}, "larger"),
    "header longer than the file": ({"model.safetensors": tensors(GOOD, length=1 << 40)}, "safetensors"),
    "header that is no JSON": ({"model.safetensors": tensors(b"{" * 40)}, "safetensors"),
    "tensors that overlap": (
        {
            "model.safetensors": tensors(
                GOOD | {"v": {"dtype": "F32", "shape": [2, 2], "data_offsets": [8, 24]}}, bytes(24)
            )
        },
        "safetensors",
    ),
    "tensors with a hole": (
        {"model.safetensors": tensors({"w": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}, bytes(12))},
        "safetensors",
    ),
    "shape that is not its bytes": (
        {"model.safetensors": tensors({"w": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 16]}})},
        "safetensors",
    ),
    "torn file": ({"model.safetensors": tensors(GOOD, bytes(7))}, "safetensors"),
    "index out of the folder": (
        {"model.safetensors.index.json": {"weight_map": {"w": "../../secret.safetensors"}}},
        "secret.safetensors",
    ),
    "template that loops": ({"chat_template.jinja": LOOP.encode()}, "processor time"),
    "template that reaches out": (
        {"tokenizer_config.json": {"chat_template": "{{ cycler.__init__.__globals__.os.system('touch escaped') }}"}},
        "cannot be rendered",
    ),
}


def write(folder: Path, files: dict[str, bytes | dict]) -> None:
    folder.mkdir(parents=True)
    sound = {
        "config.json": CONFIG,
        "model.safetensors": tensors(GOOD),
        "tokenizer.json": {"model": {"vocab": {"a": 0}}},
    }
    for name, content in (sound | files).items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """All folders in one fresh process, which looks at its modules after each."""
    top = tmp_path_factory.mktemp("attacks")
    write(top / "sound", {})
    for name, (files, _) in ATTACKS.items():
        write(top / name, files)
    done = subprocess.run([sys.executable, "-c", PROBE, str(top), *HEAVY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {
        name: (verdict, message) for name, verdict, message in (line.split("\t") for line in done.stdout.splitlines())
    }


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused_before_any_import(name, verdicts):
    verdict, message = verdicts[name]
    assert verdict == "refused"
    assert ATTACKS[name][1] in message


def test_a_sound_checkpoint_is_taken(verdicts):
    assert verdicts["sound"] == ("taken", "-")
    assert len(verdicts) == len(ATTACKS) + 1


def test_a_template_may_refuse_one_conversation_but_not_all(tmp_path):
    refuses = "{% if messages|length == 1 %}{{ raise_exception('too short') }}{% endif %}ok"
    write(tmp_path / "some", {"chat_template.jinja": refuses.encode()})
    check_templates(tmp_path / "some")

    write(tmp_path / "all", {"chat_template.jinja": b"{{ raise_exception('never') }}"})
    with pytest.raises(InputError, match="never"):
        check_templates(tmp_path / "all")


def test_every_place_of_a_template_is_known(tmp_path):
    named = [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]
    write(tmp_path / "m", {"chat_template.jinja": b"c"})
    (tmp_path / "m" / "additional_chat_templates").mkdir()
    (tmp_path / "m" / "additional_chat_templates" / "rag.jinja").write_text("d")

    assert sorted(text for _, text in templates_in(tmp_path / "m", {"chat_template": named})) == ["a", "b", "c", "d"]
