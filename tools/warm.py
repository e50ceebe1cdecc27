"""Import once what runs behind read-only walls, so that its compiled files lie beside it."""

import importlib

HARNESS = (
    "lm_eval.evaluator",
    "lm_eval.tasks",
    "lm_eval.models.huggingface",
    "datasets",
    "torch",
    "evaluation.core.run",
)
ARCHITECTURES = ("llama", "qwen2", "gpt2", "mistral", "gemma")

if __name__ == "__main__":
    for name in (*HARNESS, *(f"transformers.models.{kind}.modeling_{kind}" for kind in ARCHITECTURES)):
        importlib.import_module(name)
