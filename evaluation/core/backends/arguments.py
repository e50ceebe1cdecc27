"""The arguments that go on to vLLM, transformers and accelerate: named, bounded, and as they are called there.

They are text, whole numbers or truth values, because they are frozen with the inputs of a run, which hold no binary
fractions; a fraction such as 0.9 is written as text. Anything that names a file, a host or code is not among them, except
where the machines of one job must find each other.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from evaluation.core.errors import SpecError

Check = Callable[[Any], Any]


def whole(least: int, most: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return value

    return check


def one_of(*words: str) -> Check:
    def check(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return str(value)

    return check


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - becomes an error of the specification, as the others
    return value


def share(value: Any) -> float:
    """A fraction of one as text: "0.9"."""
    try:
        found = Decimal(value) if isinstance(value, str) else Decimal(-1)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 < found <= 1:
        raise ValueError('must be a fraction up to 1 as text, such as "0.9"')
    return float(found)


def memory(value: Any) -> str:
    """An amount as accelerate reads it: "70GiB"."""
    number = str(value).removesuffix("GiB")
    if not isinstance(value, str) or number == value or not number.isdigit() or not 0 < int(number) <= 100_000:
        raise ValueError('must be an amount such as "70GiB"')
    return value


# transformers with accelerate: naive splitting of the layers over the cards of one machine.
HF: Mapping[str, Check] = {
    "parallelize": truth,
    "max_memory_per_gpu": memory,
    "max_cpu_memory": memory,
}
# vLLM's engine arguments of the same names (version 0.11; `VLLM_ENGINE` in tests/evaluation/core/test_backends.py).
VLLM: Mapping[str, Check] = {
    "tensor_parallel_size": whole(1, 512),
    "pipeline_parallel_size": whole(1, 64),
    "distributed_executor_backend": one_of("mp", "ray"),
    "enable_expert_parallel": truth,
    "gpu_memory_utilization": share,
    "max_num_seqs": whole(1, 4096),
    "max_num_batched_tokens": whole(1, 16_777_216),
    "enforce_eager": truth,
    "enable_prefix_caching": truth,
    "enable_chunked_prefill": truth,
    "kv_cache_dtype": one_of("auto", "fp8"),
    "cpu_offload_gb": whole(0, 4096),
    "disable_custom_all_reduce": truth,
}
KNOWN = {"hf": HF, "vllm": VLLM}


def checked(backend: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments as the backend takes them; the error names the one that is off."""
    known, found = KNOWN[backend], {}
    for name, value in sorted(arguments.items()):
        at = f"$.source.arguments.{name}"
        if name not in known:
            raise SpecError(at, f"is no argument that goes on to {backend}; known are {', '.join(sorted(known))}")
        try:
            found[name] = known[name](value)
        except ValueError as error:
            raise SpecError(at, f"{value!r} {error}") from None
    return found
