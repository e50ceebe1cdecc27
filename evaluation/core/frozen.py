"""The inputs that make two runs comparable, as the child itself saw them."""

import os
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from evaluation.core.backends.model import Backend
from evaluation.core.spec import Spec
from evaluation.core.suites import Suite
from evaluation.core.tasks import BuiltTask

LIBRARIES = ("lm-eval", "transformers", "tokenizers", "datasets", "torch", "evals", "accelerate", "vllm")


def frozen_inputs(suite: Suite, *, tasks: Sequence[BuiltTask], backend: Backend, spec: Spec) -> dict[str, Any]:
    """No host names, no paths: what could change a figure, and nothing else."""
    return {
        "suite": {"name": suite.name, "version": suite.version, "digest": suite.digest},
        "group": spec.group,
        "harness": {"name": "lm-eval", "version": version("lm-eval")},
        "libraries": libraries(),
        "tasks": [task._asdict() for task in tasks],
        "seeds": suite.seeds._asdict(),
        "limit": spec.limit,
        "dtype": suite.model.dtype,
        "batch_size": suite.model.batch_size,
        "max_length": backend.adapter.max_length,
        "sandbox": os.environ.get("PORTAL_SANDBOX", "none"),
    } | dict(backend.facts)


def libraries() -> dict[str, str]:
    """Versions of those that are installed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
