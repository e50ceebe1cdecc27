"""The filter of system calls, as the classic BPF program that the kernel takes.

What is refused answers EPERM, so that a library that only tries goes on without it; clone3 answers ENOSYS, because its
flags lie in memory that a filter cannot read, and the C library then falls back to clone, whose flags it can.
"""

import platform
import struct
from errno import EAFNOSUPPORT, ENOSYS, EPERM

from portal.common.sandbox.syscalls import MACHINES, Machine

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT, SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in struct seccomp_data, little-endian
NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW… flag of clone
TIOCSTI, TIOCLINUX = 0x5412, 0x541C  # would type into the terminal of whoever started us
AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = (
    1,
    2,
    10,
    16,
)  # the last lists the interfaces; vsock and packets are no namespace's

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def filter_for(machine: str | None = None, *, memory_files: bool = True) -> bytes:
    """`memory_files` lets in what makes memory outside of any process; raises LookupError on a machine that is not known here."""
    name = machine or platform.machine()
    if name not in MACHINES:
        raise LookupError(f"there is no filter of system calls for {name}; known are {', '.join(MACHINES)}")
    return b"".join(
        struct.pack("<HBBI", *instruction) for instruction in program(MACHINES[name], memory_files=memory_files)
    )


def program(machine: Machine, *, memory_files: bool = True) -> list[Instruction]:
    refused = [*machine.refused.values(), *(() if memory_files else machine.memory_files)]
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        *unless_equal(machine.audit, KILL),
        (LOAD, 0, 0, NUMBER),
        *([(AT_LEAST, 0, 1, machine.foreign_from), (RETURN, 0, 0, ERRNO | ENOSYS)] if machine.foreign_from else []),
        *(step for number in refused for step in if_equal(number, ERRNO | EPERM)),
        *if_equal(machine.clone3, ERRNO | ENOSYS),
        *arguments_of(machine.clone, FIRST_ARGUMENT, [(ANY_BIT, 0, 1, NEW_NAMESPACES), (RETURN, 0, 0, ERRNO | EPERM)]),
        *arguments_of(
            machine.ioctl,
            SECOND_ARGUMENT,
            [*if_equal(TIOCSTI, ERRNO | EPERM), *if_equal(TIOCLINUX, ERRNO | EPERM)],
        ),
        *arguments_of(
            machine.socket,
            FIRST_ARGUMENT,
            [
                *(step for family in (AF_UNIX, AF_INET, AF_INET6, AF_NETLINK) for step in if_equal(family, ALLOW)),
                (RETURN, 0, 0, ERRNO | EAFNOSUPPORT),
            ],
        ),
        (RETURN, 0, 0, ALLOW),
    ]


def if_equal(value: int, answer: int) -> list[Instruction]:
    return [(EQUAL, 0, 1, value), (RETURN, 0, 0, answer)]


def unless_equal(value: int, answer: int) -> list[Instruction]:
    return [(EQUAL, 1, 0, value), (RETURN, 0, 0, answer)]


def arguments_of(number: int, offset: int, steps: list[Instruction]) -> list[Instruction]:
    """Steps on the low half of an argument of one call; a call that passes them is allowed."""
    inside = [(LOAD, 0, 0, offset), *steps, (RETURN, 0, 0, ALLOW)]
    return [(EQUAL, 0, len(inside), number), *inside]
