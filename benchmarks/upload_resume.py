"""Push a checkpoint of at least 500 MB, kill the client at about half, push again, and count the bytes.

    python benchmarks/upload_resume.py [--megabytes 520] [--folder DIR]

Server (gunicorn), database and store are of this run and are removed afterwards. Exits non-zero unless the second
run sends exactly what the first had not delivered and the stored object hashes to its name.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

ROOT = Path(__file__).resolve().parents[1]
PART_MIB = 16
START_SECONDS = 300

ISSUE = """
from portal.accounts.actions import issue_token
from portal.accounts.models import User
user = User.objects.create(email="team-01@example.org")
print(issue_token(user=user, account_key="consortium:1", scopes=["upload"])[1])
"""


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        checkpoint = write_checkpoint(Path(folder) / "checkpoint", megabytes=options.megabytes)
        environment = {**os.environ, "PORTAL_VAR": str(Path(folder) / "var"), "HOME": folder, "PYTHONPATH": str(ROOT)}
        with server(environment) as url:
            token = manage(environment, "shell", "--verbosity", "0", "-c", ISSUE).split()[-1]
            client = {**environment, "PORTAL_URL": url, "PORTAL_TOKEN": token}
            result = measure(checkpoint, client)
    return report(result)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--megabytes", type=int, default=520, help="size of the checkpoint in 10^6 bytes")
    parser.add_argument("--folder", type=Path, help="where to work (twice the size is needed)")
    return parser.parse_args()


def write_checkpoint(folder: Path, *, megabytes: int) -> Path:
    """Two shards of random float32 weights."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for n in (1, 2):
        weights = rng.standard_normal((megabytes * 125_000 // 1024, 1024), dtype=np.float32)
        save_file({f"model.layers.{n}.weight": weights}, folder / f"model-{n:05}-of-00002.safetensors")
    return folder


def measure(checkpoint: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Declare, push and kill at half, push again, push a third time."""
    total = sum(path.stat().st_size for path in checkpoint.iterdir())
    arguments = [checkpoint, "--part-size", str(PART_MIB)]
    upload = client(environment, "declare", *arguments)["id"]
    first = subprocess.Popen(command("push", *arguments), env=environment, stdout=subprocess.DEVNULL)
    while client(environment, "status", upload)["held"] < total * 0.4 and first.poll() is None:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    time.sleep(0.5)  # parts that the server has received whole may still be acknowledged
    held = client(environment, "status", upload)["held"]
    begun = time.monotonic()
    second = client(environment, "push", *arguments)
    seconds = time.monotonic() - begun
    third = client(environment, "push", *arguments)
    equal = client(environment, "verify", *arguments, "--upload", upload)["equal"]
    return {"total": total, "held": held, "second": second, "seconds": seconds, "third": third, "equal": equal,
            "killed": first.returncode == -signal.SIGKILL}  # fmt: skip


def report(result: dict[str, Any]) -> int:
    total, held, second, third = result["total"], result["held"], result["second"], result["third"]
    print(f"checkpoint                    {total:>12} bytes")
    print(f"delivered before the kill     {held:>12} bytes ({held / total:.0%})")
    print(f"second run sent               {second['sent_bytes']:>12} bytes in {result['seconds']:.1f} s")
    print(f"second run skipped            {second['skipped_bytes']:>12} bytes")
    print(f"third run sent                {third['sent_bytes']:>12} bytes")
    print(f"bundle {second['bundle']}, equal to the local files: {result['equal']}")
    sound = (
        result["killed"]
        and 0 < held < total
        and second["sent_bytes"] == total - held
        and third["sent_bytes"] == 0
        and result["equal"]
    )
    print("only the missing bytes were sent" if sound else "NOT as expected")
    return 0 if sound else 1


@contextmanager
def server(environment: dict[str, str]) -> Iterator[str]:
    manage(environment, "migrate", "--verbosity", "0")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    django = {**environment, "DJANGO_SETTINGS_MODULE": "portal.config.settings.embedded"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "portal.config.wsgi:application", "--bind", f"127.0.0.1:{port}", "--threads",
         "8", "--worker-class", "gthread", "--log-level", "warning", "--no-control-socket"],
        cwd=ROOT, env=django,
    )  # fmt: skip
    try:
        wait_until_up(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_until_up(port: int) -> None:
    for _ in range(START_SECONDS * 10):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/uploads/", timeout=60)
        except urllib.error.HTTPError:
            return  # 401: it answers
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def manage(environment: dict[str, str], *arguments: str) -> str:
    run = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(run, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "portal.client.main", *map(str, arguments), "--json"]


def client(environment: dict[str, str], *arguments: str | Path) -> dict[str, Any]:
    run = subprocess.run(command(*arguments), env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(run.stdout))


if __name__ == "__main__":
    sys.exit(main())
