"""The filter is run here, instruction by instruction, for both machines: the kernel of the tests knows but one."""

import errno
import struct

import pytest

from portal.common.sandbox import seccomp
from portal.common.sandbox.syscalls import MACHINES

READ = {"x86_64": 0, "aarch64": 63}
MEMFD = {"x86_64": 319, "aarch64": 279}
OTHER = {"x86_64": MACHINES["aarch64"].audit, "aarch64": MACHINES["x86_64"].audit}
THREAD = 0x3D0F00  # the flags of a new thread: CLONE_VM, CLONE_FS, CLONE_FILES, …


def answer(program: bytes, number: int, *arguments: int, audit: int) -> int:
    """What the kernel would do: classic BPF over struct seccomp_data, as far as these filters use it."""
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, audit, 0, *(*arguments, *[0] * 6)[:6])
    steps = list(struct.iter_unpack("<HBBI", program))
    at, held = 0, 0
    while True:
        code, if_true, if_false, operand = steps[at]
        at += 1
        if code == seccomp.RETURN:
            return operand
        if code == seccomp.LOAD:
            held = struct.unpack_from("<I", data, operand)[0]
        else:
            holds = {seccomp.EQUAL: held == operand, seccomp.AT_LEAST: held >= operand, seccomp.ANY_BIT: held & operand}
            at += if_true if holds[code] else if_false


def refused(code: int) -> int:
    return seccomp.ERRNO | code


@pytest.fixture(params=sorted(MACHINES))
def machine(request):
    return request.param


def test_refused_calls_answer_with_an_error_and_others_pass(machine):
    numbers, program = MACHINES[machine], seccomp.filter_for(machine)

    def of(number, *arguments):
        return answer(program, number, *arguments, audit=numbers.audit)

    assert {of(number) for number in numbers.refused.values()} == {refused(errno.EPERM)}
    assert of(numbers.clone3) == refused(errno.ENOSYS)
    assert of(READ[machine]) == of(MEMFD[machine]) == seccomp.ALLOW
    assert of(numbers.clone, THREAD) == of(numbers.clone, 17) == seccomp.ALLOW
    for flag in (0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert of(numbers.clone, THREAD | flag) == refused(errno.EPERM)
    assert of(numbers.ioctl, 0, 0x5401) == seccomp.ALLOW
    assert of(numbers.ioctl, 0, 0x5412) == of(numbers.ioctl, 0, 0x541C) == refused(errno.EPERM)
    assert of(numbers.ioctl, 0, 0xFFFFFFFF00005412) == refused(errno.EPERM)  # the kernel, too, looks at the low half
    assert {of(numbers.socket, family) for family in (1, 2, 10, 16)} == {seccomp.ALLOW}
    assert {of(numbers.socket, family) for family in (17, 38, 40)} == {refused(errno.EAFNOSUPPORT)}


def test_calls_of_another_machine_end_the_program(machine):
    assert answer(seccomp.filter_for(machine), READ[machine], audit=OTHER[machine]) == seccomp.KILL


def test_second_abi_does_not_exist():
    program = seccomp.filter_for("x86_64")
    assert answer(program, 0x40000000 + 39, audit=MACHINES["x86_64"].audit) == refused(errno.ENOSYS)


def test_memory_outside_of_processes_can_be_refused(machine):
    program = seccomp.filter_for(machine, memory_files=False)
    assert answer(program, MEMFD[machine], audit=MACHINES[machine].audit) == refused(errno.EPERM)


def test_unknown_machine_is_refused_by_name():
    with pytest.raises(LookupError, match="riscv64; known are x86_64, aarch64"):
        seccomp.filter_for("riscv64")
