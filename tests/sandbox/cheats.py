"""Programs that want a pass without solving the task, each for `double(x)`, which must give 2x."""

FALSE = {
    "ends well": "import os\nos._exit(0)",
    "ends well when called": "import os\ndef double(x):\n    os._exit(0)",
    "exits": "import sys\nsys.exit(0)",
    "exits when called": "import sys\ndef double(x):\n    sys.exit(0)",
    "prints a verdict": "print('passed')\nprint('OK')\ndef double(x):\n    print('All tests passed')",
    "writes answers on every descriptor": (
        'import os\nfor n in range(64):\n    try:\n        os.write(n, b\'{"value": true}\\n{"passed": true}\\n\' * 4)\n'
        "    except OSError:\n        pass\ndef double(x):\n    return None"
    ),
    "equals everything": (
        "class Yes(int):\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"
        "    def __repr__(self): return '2'\ndef double(x):\n    return Yes(7)"
    ),
    "equals everything, no number": "class Yes:\n    def __eq__(self, other): return True\ndef double(x):\n    return Yes()",
    "patches the language": (
        "import builtins\nbuiltins.all = lambda *a: True\nbuiltins.isinstance = lambda *a: True\n"
        "builtins.AssertionError = Warning\ndef double(x):\n    return 7"
    ),
    "patches unittest": (
        "import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n"
        "unittest.TestCase.run = lambda self, result=None: result\ndef double(x):\n    return 7"
    ),
    "patches the comparison": (
        "import sys, values\nvalues.same = lambda *a: True\nvalues.encoded = lambda *a: True\ndef double(x):\n    return 7"
    ),
    "patches JSON": 'import json\njson.dumps = lambda *a, **k: \'{"value": true, "passed": true}\'\ndef double(x):\n    return 7',
    "looks at its caller": (
        "import inspect\ndef double(x):\n    for frame in inspect.stack():\n        for name, value in frame.frame.f_locals.items():\n"
        "            if name in ('expected', 'wanted', 'tests'):\n                return value\n    return None"
    ),
    "reads the tests": (
        "import glob, re\ndef double(x):\n    for name in glob.glob('**/*', recursive=True) + glob.glob('/tmp/**/*', recursive=True):\n"
        "        try:\n            found = re.search(r'expected\\D+(-?\\d+)', open(name).read())\n        except (OSError, UnicodeError):\n"
        "            continue\n        if found:\n            return int(found[1])\n    return None"
    ),
    "reads its caller's memory": (
        "import os\ndef double(x):\n    try:\n        text = open(f'/proc/{os.getppid()}/cmdline').read() + open('/proc/1/environ').read()\n"
        "        return int(text.split('expected')[1])\n    except (OSError, IndexError, ValueError):\n        return None"
    ),
    "tells the judge that it raised as wished": "def double(x):\n    raise AssertionError('passed')",
    "returns the judge's words": "def double(x):\n    return {'passed': True, 'value': 2 * 0}",
    "prints without end": "def double(x):\n    while True:\n        print('x' * 4096)",
    "answers without end": "def double(x):\n    return 'x' * (1 << 20)",
    "answers deeply": "def double(x):\n    found = []\n    for _ in range(100000):\n        found = [found]\n    return found",
    "takes processes": "import os\ndef double(x):\n    while True:\n        os.fork()",
    "lets a child answer": (
        "import os\ndef double(x):\n    if os.fork() == 0:\n        for n in range(3, 16):\n            try:\n                os.write(n, b'{\"value\": 0}\\n')\n"
        "            except OSError:\n                pass\n        os._exit(0)\n    os.wait()\n    return 7"
    ),
    "computes without end": "def double(x):\n    while True:\n        pass",
    "gives itself more time": (
        "import resource, signal\ndef double(x):\n    signal.setitimer(signal.ITIMER_PROF, 0)\n"
        "    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]\n    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))\n"
        "    while True:\n        pass"
    ),
    "takes memory": "held = []\ndef double(x):\n    while True:\n        held.append(bytearray(8 << 20))",
    "another name": "def doubled(x):\n    return 2 * x",
    "no program": "Here is the function you asked for: double",
    "nothing": "",
    "null bytes": "def double(x):\n    return 2 * x\n\0",
    "right but once": "seen = []\ndef double(x):\n    seen.append(x)\n    return 2 * x if len(seen) == 1 else 0",
}
TRUE = {
    "plain": "def double(x):\n    return 2 * x",
    "prints meanwhile": "import sys\ndef double(x):\n    print('computing', x)\n    print('careful', file=sys.stderr)\n    return x + x",
    "with a helper and a library": "import math\nfrom functools import reduce\ndef add(a, b):\n    return a + b\ndouble = lambda x: reduce(add, [x] * int(math.sqrt(4)))",
    "as a float": "def double(x):\n    return 2.0 * x",
    "with a class": "class D:\n    def __call__(self, x):\n        return x << 1\ndouble = D()",
    "guarded": "def double(x):\n    return 2 * x\nif __name__ == '__main__':\n    raise SystemExit(double(int(input())))",
}
