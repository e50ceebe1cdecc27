"""The conducting process with real walls on both sides: what a run leaves when the team's side is at fault.

The harness is a few lines here, so that no library is loaded; the real one is in `test_same_model`.
"""

import json
import sys

import pytest

from demo.serving.bundles import serving_document
from portal.common.sandbox.probe import available
from tests.factories.endpoints import HOSTILE, ROOT, conduct, write_plan

pytestmark = pytest.mark.skipif(not available(), reason="no sandbox can be set up here")
ASK = """
import json, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from evaluation.core.endpoint.door import connect_in
import socket
model = {model!r}
for number in range(3):
    with socket.socket(socket.AF_UNIX) as asked:
        connect_in(asked, Path("."), "guard.sock")
        request = {{"model": model, "prompt": [[1, 2, 3]], "max_tokens": 1, "echo": True, "logprobs": 1}}
        asked.sendall(json.dumps(request).encode() + b"\\n")
        answer = json.loads(asked.makefile("rb").readline())
        if "fault" in answer:
            sys.exit(1)
    Path("samples.jsonl.gz").write_bytes(b"kept")
Path("result.json").write_text(json.dumps({{"frozen": {{"label": "endpoint-served"}}}}))
"""
COMMAND = ["python", "{bundle}/hostile_server.py", "{port}"]


def prepared(folder, *, model="honest", server=None, **serving):
    for name in ("weights", "bundle"):
        (folder / name).mkdir()
    (folder / "weights" / "model.safetensors").write_bytes(b"weights")
    (folder / "bundle" / "hostile_server.py").write_text(server or HOSTILE.read_text())
    given = {"command": COMMAND, "start_seconds": 60, "request_seconds": 30, "needs": {"gpus": 0, "memory_gb": 1}}
    document = serving_document("own") | given | serving
    argv = [sys.executable, "-c", ASK.format(root=str(ROOT), model=model)]
    write_plan(folder, document, argv=argv, env={"PYTHONDONTWRITEBYTECODE": "1"})
    return folder


def test_an_honest_server_is_asked_and_the_record_joins_the_result(tmp_path):
    done = conduct(prepared(tmp_path))
    assert done.code == 0, done.output
    frozen = done.read("result.json")["frozen"]
    assert (frozen["endpoint"]["requests"], frozen["endpoint"]["bound"]) == (3, ["weights", "bundle"])


def test_a_fault_ends_the_run_with_its_cause_and_keeps_what_was_done(tmp_path):
    done = conduct(prepared(tmp_path, model="nan"))
    error = done.read("error.json")
    assert (done.code, error["cause"], error["transient"]) == (2, "endpoint", False)
    assert "NaN" in error["message"]
    assert done.read("endpoint.json")["fault"] == "logprobs"


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path):
    done = conduct(prepared(tmp_path, server="raise SystemExit('no module named own_kernels')\n"))
    assert done.code == 2
    assert "ended with code 1 before its port was open" in done.read("error.json")["message"]
    assert "own_kernels" in done.read("error.json")["message"]


def test_a_server_that_never_listens_is_given_its_time_and_no_more(tmp_path):
    done = conduct(prepared(tmp_path, server="import time\ntime.sleep(3600)\n", start_seconds=1))
    assert "did not open its port within 1 s" in done.read("error.json")["message"]


def test_weights_that_are_not_those_handed_in_are_not_served(tmp_path):
    folder = prepared(tmp_path)
    (folder / "weights" / "model.safetensors").write_bytes(b"others")
    done = conduct(folder)
    assert (done.code, done.read("endpoint.json")["fault"]) == (2, "changed")
    assert "before the run" in done.read("error.json")["message"]


def test_the_server_sees_neither_questions_nor_the_network_and_cannot_change_its_weights(tmp_path):
    """It reports what it finds through the only way it has: its own last words."""
    spy = (
        "import os, socket, pathlib, sys\n"
        "here = pathlib.Path.cwd()\n"
        "seen = {\n"
        "  'siblings': sorted(p.name for p in here.parent.iterdir()),\n"
        "  'source': any(pathlib.Path(p, 'evaluation').exists() for p in sys.path),\n"
        "  'secrets': [n for n in os.environ if 'KEY' in n or 'TOKEN' in n or 'DATABASE' in n],\n"
        "}\n"
        "try:\n  (here.parent / 'weights' / 'model.safetensors').write_bytes(b'x'); seen['wrote'] = True\n"
        "except OSError as error:\n  seen['wrote'] = error.errno\n"
        "try:\n  socket.create_connection(('192.0.2.1', 80), timeout=2); seen['net'] = True\n"
        "except OSError as error:\n  seen['net'] = error.errno\n"
        "import json; print(json.dumps(seen)); sys.exit(1)\n"
    )
    folder = prepared(tmp_path, server=spy)
    (folder / "spec.json").write_text("gold answers")
    message = conduct(folder).read("error.json")["message"]
    seen, _ = json.JSONDecoder().raw_decode(message[message.index("{") :])
    assert seen == {
        "siblings": ["bundle", "door", "relay", "served", "weights"],
        "source": False,
        "secrets": [],
        "wrote": 30,  # read-only file system
        "net": 101,  # network is unreachable
    }


def test_where_images_alone_are_run_a_folder_of_programs_is_refused(tmp_path):
    folder = prepared(tmp_path)
    plan = json.loads((folder / "conduct.json").read_text())
    (folder / "conduct.json").write_text(json.dumps(plan | {"local": False}))
    done = conduct(folder)
    assert (done.code, done.read("endpoint.json")["fault"]) == (2, "contract")
