"""Served models for tests: real programs behind the real door, some of them trying everything."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from demo.serving.bundles import serving_document, write_serving
from evaluation.core.endpoint import relay
from evaluation.core.endpoint.door import NAME, Door
from evaluation.core.endpoint.guard import Guard
from evaluation.core.run import OFFLINE
from portal.common.formats.hashing import sha256_of

ROOT = Path(__file__).parents[2]
HOSTILE = Path(__file__).with_name("hostile_server.py")
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


class Conducted(NamedTuple):
    """One run of source B outside the portal: exit code, what was printed, and the folder."""

    code: int
    output: str
    folder: Path

    def read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@dataclass
class Hostile:
    door: Door
    process: "subprocess.Popen[bytes]"

    def guard(self, *, seconds: float = 60, concurrency: int = 1) -> Guard:
        """Its own guard for each test; the server stays."""
        alive = lambda: self.process.poll() is None  # noqa: E731
        return Guard(self.door, seconds=seconds, concurrency=concurrency, is_alive=alive)


def small_suite(*names: str, items: int = 4, **changes: Any) -> dict[str, Any]:
    """The suite written for this repository, cut down to some tasks and few items."""
    document = yaml.safe_load((ROOT / "evaluation" / "suites" / "small.yaml").read_text(encoding="utf-8"))
    kept = [task | {"items": items} for task in document["tasks"] if task["name"] in names]
    groups = [group for group in document["groups"] if group["name"] in {task["group"] for task in kept}]
    return document | {"name": "tiny", "tasks": kept, "groups": groups} | changes


def rows_of(folder: Path) -> list[dict[str, Any]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        {"path": path.relative_to(folder).as_posix(), "size": path.stat().st_size, "sha256": sha256_of(path)}
        for path in files
    ]


def lay_out(folder: Path, *, weights: Path, name: str, suite: dict[str, Any], **serving: Any) -> Path:
    """The working folder of one run, as the portal prepares it."""
    folder.mkdir(exist_ok=True)
    shutil.copytree(weights, folder / "weights")
    write_serving(folder / "bundle", name=name, **serving)
    (folder / "tokenizer").mkdir()
    for file in TOKENIZER_FILES:
        if (weights / file).is_file():
            shutil.copyfile(weights / file, folder / "tokenizer" / file)
    document = serving_document(name, **serving)
    source = {"kind": "endpoint", "socket": "guard.sock", "tokenizer": "tokenizer", "model": document["model"]}
    source |= {"max_length": document["max_length"], "logprobs": document["logprobs"]}
    source |= {"concurrency": document.get("concurrency", 1), "timeout": document["request_seconds"]}
    spec = {"schema": "evaluation-spec/2", "suite": suite, "source": source}
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    argv = [sys.executable, "-m", "evaluation.core.run", "spec.json"]
    write_plan(folder, document, argv=argv, env=OFFLINE)
    return folder


def write_plan(folder: Path, serving: dict[str, Any], *, argv: list[str], env: dict[str, str]) -> None:
    plan = {
        "name": "portal-test",
        "serving": serving,
        "local": True,
        "interconnect": None,
        "files": {name: rows_of(folder / name) for name in ("weights", "bundle")},
        "harness": {"argv": argv, "env": dict(env), "sandbox": {"readable": [], "memory_mb": 8192}},
    }
    (folder / "conduct.json").write_text(json.dumps(plan), encoding="utf-8")


def conduct(folder: Path) -> Conducted:
    own = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "evaluation.core.endpoint.conduct", "conduct.json"],
        cwd=folder,
        env=own,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return Conducted(done.returncode, done.stdout.decode("utf-8", "replace"), folder)


@contextmanager
def hostile(folder: Path, *, port: int) -> Iterator[Hostile]:
    """A real relay that dials our door, with the server of many behaviours behind it; without walls."""
    with Door(folder / "door") as door:
        relayed = [sys.executable, "-I", "-S", str(HOSTILE), str(port)]
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", relay.__file__, str(folder / "door" / NAME), str(port), *relayed],
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        try:
            door.connection(seconds=60).close()
            yield Hostile(door, process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def write_layout(folder: Path) -> tuple[str, str]:
    """An OCI image layout with one layer of a few bytes; the digests of its manifest and of its configuration."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(content: bytes, kind: str) -> dict[str, Any]:
        name = hashlib.sha256(content).hexdigest()
        (blobs / name).write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{name}", "size": len(content)}

    config = blob(b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}', "config.v1+json")
    layer = blob(b"\x1f\x8b a layer that nobody opens", "layer.v1.tar+gzip")
    kind = "manifest.v1+json"
    document = {
        "schemaVersion": 2,
        "mediaType": f"application/vnd.oci.image.{kind}",
        "config": config,
        "layers": [layer],
    }
    manifest = blob(json.dumps(document).encode(), kind)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    return str(manifest["digest"]), str(config["digest"])
