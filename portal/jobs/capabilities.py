"""What a worker offers and a job needs: amounts under free names, such as `gpus=2`, `memory_gb=80` or plain `vllm`."""

import os
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec

from portal.common.formats.canonical import canonical_json
from portal.common.sandbox.engines import engine
from portal.common.sandbox.probe import available
from portal.jobs.cards import cards_of_this_machine, offered

Amounts = dict[str, int]


def checked(requirements: Mapping[str, int] | None) -> Amounts:
    """Zero amounts are left out, so that equal needs have one spelling."""
    for name, amount in (requirements or {}).items():
        if not isinstance(amount, int) or amount < 0:
            raise ValueError(f"Requirement {name!r} is {amount!r}: give a whole number of at least 0.")
    return {name: int(amount) for name, amount in sorted((requirements or {}).items()) if amount}


def route_of(requirements: Mapping[str, int]) -> str:
    """One text per distinct need: the claim query filters on it instead of reading JSON in SQL."""
    return canonical_json(dict(requirements)).decode()


def covers(capabilities: Mapping[str, int], requirements: Mapping[str, int]) -> bool:
    return all(capabilities.get(name, 0) >= amount for name, amount in requirements.items())


def parse(text: str) -> Amounts:
    """Read `cpu,gpus=2,memory_gb=80`; a name without an amount counts 1."""
    amounts: Amounts = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, amount = item.partition("=")
        if not name or (amount and not amount.isdigit()):
            raise ValueError(f"Capability {item!r} is neither NAME nor NAME=WHOLE_NUMBER (example: cpu,gpus=2).")
        amounts[name] = int(amount or 1)
    return amounts


# What runs a benchmark, under the name a job asks for: the packages that it needs here.
BACKENDS = {"hf": ("lm_eval", "transformers", "torch"), "vllm": ("lm_eval", "vllm")}


@cache
def of_this_machine() -> Amounts:
    """CPUs, memory, cards with their type and memory, backends that are installed, sandbox and container engine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    found = {"cpu": len(os.sched_getaffinity(0)), "memory_gb": max(1, memory // 2**30)}
    found |= {name: 1 for name, packages in BACKENDS.items() if all(map(is_installed, packages))}
    found |= {"sandbox": 1} if available() else {}
    found |= {"container": 1} if engine() else {}
    return found | offered(cards_of_this_machine())


def is_installed(package: str) -> bool:
    """Without importing it: these take seconds to import."""
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False
