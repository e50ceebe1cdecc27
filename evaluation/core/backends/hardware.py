"""The class of machine a figure was made on: what could change a figure, and no name of a machine."""

import platform
from typing import Any


def hardware_class(device: Any) -> str:
    """Such as "cpu x86_64" or "2 × NVIDIA H200"."""
    if device.type != "cuda":
        return f"{device.type} {platform.machine()}"
    import torch

    return cards_text([torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())])


def cards_text(names: list[str]) -> str:
    """Cards of one kind are counted.

    >>> cards_text(["NVIDIA H200"]), cards_text(["NVIDIA H200", "NVIDIA H200"])
    ('NVIDIA H200', '2 × NVIDIA H200')
    """
    kinds = {name: names.count(name) for name in names}
    return ", ".join(name if number == 1 else f"{number} × {name}" for name, number in kinds.items())
