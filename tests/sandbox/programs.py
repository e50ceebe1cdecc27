"""Programs that try to get out or to take the machine down: each prints ESCAPED where it gets what it wanted.

Whatever else they print is what stopped them. HOST is replaced by facts of the test: a canary file, a port and an
abstract socket that something outside listens on, a process outside, a read-only input.
"""

from typing import NamedTuple


class Hostile(NamedTuple):
    """`ended_by` is what the walls must report, "either" where that is a matter of speed; `endless` programs are ended by the worker's time limit."""

    name: str
    tries: str
    source: str
    ended_by: str = ""
    endless: bool = False
    code: int | None = None


CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *arguments):
    answer = libc.syscall(number, *arguments)
    print("ESCAPED" if answer >= 0 else os.strerror(ctypes.get_errno()), name)
"""
X86 = CALL + "assert os.uname().machine == 'x86_64', 'numbers of calls are of x86_64'\n"
REACH = """
import socket
def reach(family, address):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(1)
            s.connect(address)
            print("ESCAPED to", address)
    except OSError as error:
        print(error)
"""
OPEN = """
import os
def look(path, mode="r"):
    # Opening is proof enough: nothing is written, so that a wall that falls does the machine no harm.
    try:
        os.close(os.open(path, os.O_RDONLY if mode == "r" else os.O_WRONLY | os.O_CREAT))
        print("ESCAPED", path)
    except OSError as error:
        print(error)
"""

PROGRAMS = [
    Hostile(
        "outside address", "opens a connection to the internet", REACH + "reach(socket.AF_INET, ('192.0.2.1', 443))"
    ),
    Hostile(
        "loopback",
        "reaches a service of the host on loopback",
        REACH + "reach(socket.AF_INET, ('127.0.0.1', HOST['port']))",
    ),
    Hostile(
        "abstract socket",
        "reaches an abstract socket of the host",
        REACH + "reach(socket.AF_UNIX, '\\0' + HOST['abstract'])",
    ),
    Hostile(
        "names",
        "asks for the address of a name",
        "import socket\ntry:\n    socket.getaddrinfo('example.org', 80)\n    print('ESCAPED')\nexcept OSError as e:\n    print(e)",
    ),
    Hostile("virtual machine socket", "reaches the hypervisor", REACH + "reach(40, (2, 1024))"),
    Hostile(
        "packets",
        "reads raw packets",
        "import socket\ntry:\n    socket.socket(17, 3, 0)\n    print('ESCAPED')\nexcept OSError as e:\n    print(e)",
    ),
    Hostile(
        "environment",
        "reads secrets of the worker's environment",
        "import glob\nfor name in glob.glob('/proc/*/environ'):\n    try:\n        text = open(name, 'rb').read()\n"
        "    except OSError as e:\n        print(e)\n        continue\n    print('ESCAPED' if b'HOSTILE_SECRET' in text else 'not there')",
    ),
    Hostile(
        "files of the host",
        "reads keys, shadow and the store",
        OPEN + "for p in (HOST['canary'], '/etc/shadow', '/root/.bashrc', HOST['manage']): look(p)",
    ),
    Hostile(
        "files through proc",
        "reads files through another root",
        OPEN + "for p in ('/proc/1/root', '/proc/self/root', '/proc/1/cwd'): look(p + HOST['canary'])",
    ),
    Hostile(
        "other processes",
        "signals a process of the host and all others",
        "import os, signal\ntry:\n    os.kill(HOST['pid'], signal.SIGKILL)\n    print('ESCAPED')\nexcept OSError as e:\n    print(e)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.kill(-1, signal.SIGTERM)",
    ),
    Hostile(
        "parent",
        "kills its parent",
        "import os, signal\nos.kill(1, signal.SIGKILL)\nprint('pid 1 of a namespace takes no signal from inside')",
    ),
    Hostile(
        "namespaces",
        "makes a user namespace to gain rights",
        X86 + "for flag in (0x10000000, 0x20000, 0x40000000): call('unshare', 272, flag)",
    ),
    Hostile("clone", "makes a user namespace by clone", X86 + "call('clone', 56, 0x10000000 | 17, 0, 0, 0, 0)"),
    Hostile(
        "clone3", "hides the flags of clone in memory", X86 + "call('clone3', 435, ctypes.create_string_buffer(88), 88)"
    ),
    Hostile(
        "setns",
        "enters the namespace of another process",
        X86 + "call('setns', 308, os.open('/proc/self/ns/user', os.O_RDONLY), 0)",
    ),
    Hostile("ptrace", "debugs another process", X86 + "call('ptrace', 101, 16, 1, 0, 0)"),
    Hostile(
        "memory of others", "reads another process's memory", X86 + "call('process_vm_readv', 310, 1, 0, 0, 0, 0, 0)"
    ),
    Hostile(
        "io_uring",
        "reaches the kernel beside the filter",
        X86 + "call('io_uring_setup', 425, 8, ctypes.create_string_buffer(120))",
    ),
    Hostile("second ABI", "uses the numbers of x32", X86 + "call('x32 getpid', 0x40000000 + 39)"),
    Hostile(
        "mounts",
        "mounts, unmounts and makes the system writable",
        X86 + "call('mount', 165, b'none', b'/tmp', b'tmpfs', 0, 0)\ncall('remount', 165, 0, b'/usr', 0, 32, 0)\n"
        "call('umount', 166, b'/usr', 2)\ncall('fsopen', 430, b'tmpfs', 0)\ncall('open_tree', 428, -100, b'/', 1)",
    ),
    Hostile(
        "chroot",
        "leaves through a root of its own",
        X86 + "call('chroot', 161, b'/tmp')\ncall('pivot_root', 155, b'/tmp', b'/tmp')",
    ),
    Hostile(
        "kernel",
        "loads programs, modules and keys into the kernel",
        X86
        + "for name, n in dict(bpf=321, perf=298, userfaultfd=323, module=175, kexec=246, keyctl=250, add_key=248).items(): call(name, n, 0, 0, 0, 0, 0)",
    ),
    Hostile("handles", "opens files by handle, past every folder", X86 + "call('open_by_handle_at', 304, 3, 0, 0)"),
    Hostile("clock", "sets the clock", X86 + "call('settimeofday', 164, ctypes.create_string_buffer(16), 0)"),
    Hostile(
        "devices",
        "makes a device of its own",
        "import os, stat\ntry:\n    os.mknod('disk', 0o600 | stat.S_IFBLK, os.makedev(254, 0))\n    print('ESCAPED')\nexcept OSError as e:\n    print(e)",
    ),
    Hostile(
        "terminal",
        "types into the terminal of whoever started it",
        "import fcntl\ntry:\n    fcntl.ioctl(open('/dev/tty', 'w'), 0x5412, b'x')\n    print('ESCAPED')\nexcept OSError as e:\n    print(e)\n"
        "import os\na, b = os.openpty()\ntry:\n    fcntl.ioctl(b, 0x5412, b'x')\n    print('ESCAPED')\nexcept OSError as e:\n    print(e)",
    ),
    Hostile(
        "system files",
        "writes into the system",
        OPEN
        + "for p in ('/x', '/usr/x', '/etc/passwd', '/dev/x', '/sys/x', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', HOST['python']): look(p, 'w')",
    ),
    Hostile(
        "inputs",
        "changes the model it reads",
        OPEN
        + "import os\ntry:\n    os.chmod(HOST['input'], 0o666)\nexcept OSError as e:\n    print(e)\nlook(HOST['input'], 'w')",
    ),
    Hostile(
        "control group",
        "raises its own bounds",
        OPEN
        + "import glob\nfor p in ['/sys/fs/cgroup/memory.max', *glob.glob('/sys/fs/cgroup/**/*limit*', recursive=True)]: look(p, 'w')",
    ),
    Hostile(
        "limits",
        "raises its own limits",
        "import resource\nfor kind in (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):\n    try:\n"
        "        resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2)\n        print('ESCAPED')\n    except (OSError, ValueError) as e:\n        print(e)",
    ),
    Hostile(
        "answers",
        "reads the answers of the tasks and the portal's source",
        "import importlib, sys\nsys.path[:0] = HOST['path']\nfor name in ('evals', 'lm_eval', 'evaluation.core.tasks', 'portal.config'):\n    try:\n"
        "        found = importlib.import_module(name)\n        print('ESCAPED' if found.__file__ else 'empty')\n    except ImportError as e:\n        print(e)",
    ),
    Hostile(
        "memory",
        "takes all memory",
        "held = []\nwhile True: held.append(bytearray(8 << 20))",
        ended_by="memory",
        code=137,
    ),
    Hostile(
        "memory by files",
        "takes all memory through files in memory",
        "import os\nfor n in range(200):\n    f = os.memfd_create(str(n))\n    for _ in range(3): os.write(f, bytes(1 << 20))\nprint('ESCAPED')",
        ended_by="memory",
        code=137,
    ),
    Hostile(
        "forks",
        "starts processes until none can be started",
        "import os, time\ntry:\n    for _ in range(5000):\n        if os.fork() == 0: time.sleep(60)\n    print('ESCAPED')\nexcept OSError as e:\n    print(e)",
    ),
    Hostile(
        "disk",
        "fills the disk",
        "for n in range(10**6):\n    with open(f'f{n}', 'wb') as f: f.write(bytes(1 << 20))",
        ended_by="folder",
        code=137,
    ),
    Hostile(
        "one file",
        "writes one endless file",
        "import os\nwith open('big', 'wb', 0) as f:\n    try:\n        while True: f.write(bytes(1 << 20))\n    except OSError as e:\n        print(e)",
    ),
    Hostile(
        "scratch",
        "fills the folders in memory",
        "for name in ('/tmp/x', '/dev/shm/x'):\n    try:\n        with open(name, 'wb', 0) as f:\n            for _ in range(64): f.write(bytes(1 << 20))\n"
        "        print('ESCAPED')\n    except OSError as e:\n        print(e)",
    ),
    Hostile(
        "abyss",
        "nests folders until whoever cleans up breaks",
        "import os\nfor _ in range(3000):\n    os.mkdir('d' * 100)\n    os.chdir('d' * 100)",
        ended_by="either",
    ),
    Hostile("flood", "prints without end", "import os\nwhile True: os.write(1, b'flood ' * 4096)", endless=True),
    Hostile("busy", "computes without end", "while True: pass", code=128 + 24),
    Hostile("sleep", "does nothing, for ever", "import time\ntime.sleep(10**6)", endless=True),
    Hostile(
        "daemon",
        "leaves a process behind that no signal ends",
        "import os, signal, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n        for n in range(1, 32):\n            if n not in (9, 19): signal.signal(n, signal.SIG_IGN)\n"
        "        if os.fork() == 0:\n            os.chdir('/')\n            while True: time.sleep(1)\n        os._exit(0)",
    ),
    Hostile(
        "rights of the owner",
        "leaves a program that lends its owner's rights",
        "import os, shutil\nshutil.copy('/bin/true', 'door')\nos.chmod('door', 0o6755)",
        code=0,
    ),
]
