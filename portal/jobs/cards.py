"""The GPU cards of this machine, and which of them a worker may use now.

A card is taken by a lock on a file of its own: it goes with the last process that holds it, so no crash leaves a card
taken, and two workers on one machine never share one.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

QUERY = ("--query-gpu=index,uuid,pci.bus_id,memory.total,name", "--format=csv,noheader,nounits")
PATIENCE = 20  # seconds: a driver that hangs must not hang the worker
LONGEST_ANSWER = 64 * 1024  # characters read of what nvidia-smi says
MOST_CARDS = 64
MIB, GB = 2**20, 10**9
DEVICES, DRIVER = Path("/dev"), Path("/proc/driver/nvidia/gpus")


class Card(NamedTuple):
    """`number` counts in the order of the bus, `device` is N of /dev/nvidiaN; `memory_gb` is decimal and 0 while unknown."""

    number: int
    device: int
    uuid: str
    name: str
    memory_gb: int

    @property
    def kind(self) -> str:
        """The name as a capability: `nvidia_h200`."""
        return re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_")


@cache
def cards_of_this_machine() -> tuple[Card, ...]:
    """What the driver says; without a driver that answers, the devices that are there."""
    return asked() or tuple(Card(number, number, "", "GPU", 0) for number in device_numbers())


def asked() -> tuple[Card, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        answer = subprocess.run([program, *QUERY], capture_output=True, timeout=PATIENCE, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return parse_cards(answer.stdout[:LONGEST_ANSWER].decode("utf-8", "replace"))


def parse_cards(text: str) -> tuple[Card, ...]:
    """Read one card a line; a line that is none is passed over, as drivers put warnings between them."""
    found = filter(None, (parse_card(line) for line in text.splitlines()))
    by_number = {card.number: card for card in found}
    return tuple(by_number[number] for number in sorted(by_number))[:MOST_CARDS]


def parse_card(line: str) -> Card | None:
    parts = [part.strip() for part in line.split(",", 4)]
    if len(parts) != 5 or not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > 4:
        return None
    number, uuid, bus, memory, name = parts
    amount = int(memory) * MIB // GB if memory.isascii() and memory.isdigit() and len(memory) < 12 else 0
    return Card(int(number), device_at(bus, otherwise=int(number)), uuid[:64], name[:64] or "GPU", amount)


def device_at(bus: str, *, otherwise: int) -> int:
    """The number of the device file: the driver counts in the order in which it met the cards, nvidia-smi in that of the bus."""
    if not re.fullmatch(r"[0-9A-Fa-f:.]{7,20}", bus):
        return otherwise
    try:
        told = (DRIVER / bus.lower()[-12:] / "information").read_text("utf-8", "replace")[:4096]
    except OSError:
        return otherwise
    found = re.search(r"^Device Minor:\s+(\d{1,4})\s*$", told, re.MULTILINE)
    return int(found[1]) if found else otherwise


def device_numbers() -> list[int]:
    names = (path.name.removeprefix("nvidia") for path in DEVICES.glob("nvidia[0-9]*"))
    return sorted(int(name) for name in names if name.isdigit())[:MOST_CARDS]


def chosen(cards: Sequence[Card], wanted: str | None) -> tuple[Card, ...]:
    """Those that a list such as `0,1` or `GPU-…,GPU-…` names, all without a list; a name that no card has is an error."""
    if wanted is None:
        return tuple(cards)
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    by_name = {str(card.number): card for card in cards} | {card.uuid: card for card in cards if card.uuid}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise ValueError(f"No card {', '.join(unknown)} here; there are {', '.join(sorted(by_name)) or 'none'}.")
    return tuple({by_name[name].number: by_name[name] for name in names}.values())


def offered(cards: Sequence[Card]) -> dict[str, int]:
    """As capabilities: how many, how many of each type, and the memory that each of them has at least."""
    if not cards:
        return {"gpus": 0}
    kinds = [card.kind for card in cards]
    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    return {"gpus": len(cards), "gpu_memory_gb": min(card.memory_gb for card in cards)} | counted


def described(cards: Sequence[Card]) -> str:
    """What one says of them to people: `2 × NVIDIA H200 (150 GB)`."""
    kinds: dict[str, int] = {}
    for card in cards:
        label = f"{card.name} ({card.memory_gb} GB)" if card.memory_gb else card.name
        kinds[label] = kinds.get(label, 0) + 1
    return ", ".join(f"{count} × {label}" for label, count in kinds.items())


def seen_by_cuda(cards: Sequence[Card], *, walled: bool) -> dict[str, str]:
    """The variables that let a child see these cards alone; within walls it has only their devices, counted from 0."""
    numbers = range(len(cards)) if walled else (card.number for card in cards)
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": ",".join(map(str, numbers))}


class Held(dict[Card, IO[Any]]):
    """Cards that nobody else holds, each with its lock."""

    def keep(self, count: int, *, preferred: Mapping[str, int]) -> None:
        """Hold on to so many of them, of the types that the job names first; the others are free again."""
        order = sorted(self, key=lambda card: (card.kind not in preferred, card.number))
        for card in order[count:]:
            self.pop(card).close()

    def release(self) -> None:
        self.keep(0, preferred={})

    @property
    def numbers(self) -> str:
        return ",".join(str(card.number) for card in sorted(self))

    @property
    def descriptors(self) -> list[int]:
        """A supervisor inherits them, so that a card stays taken until the last process on it is gone."""
        return [file.fileno() for file in self.values()]


class Rack:
    """The cards that one worker may use, and the folder of locks that all workers of the machine share."""

    def __init__(self, cards: Sequence[Card], folder: Path) -> None:
        self.cards, self.folder = tuple(cards), folder

    @contextmanager
    def looked_through(self) -> Iterator[Held]:
        """All that is free, while no other worker of this machine looks; the caller says what it keeps."""
        if not self.cards:
            yield Held()
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "look.lock").open("a") as look:
            fcntl.flock(look, fcntl.LOCK_EX)
            free = Held(self._locks())
            try:
                yield free
            except BaseException:
                free.release()
                raise

    def _locks(self) -> Iterator[tuple[Card, IO[Any]]]:
        for card in self.cards:
            file = (self.folder / lock_name(card)).open("a")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
            else:
                yield card, file


def lock_name(card: Card) -> str:
    """By its own identity where the driver tells it: containers of one machine count the same card differently."""
    identity = card.uuid if re.fullmatch(r"[A-Za-z0-9-]{1,64}", card.uuid) else f"{os.uname().nodename}-{card.number}"
    return f"{identity}.lock"
