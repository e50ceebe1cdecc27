"""Push a checkpoint, kill the client at about half, push again, and count the bytes.

    python benchmarks/upload_resume.py [--megabytes 520] [--store local|sealed|s3|s3-sealed] [--folder DIR]

Ends with 1 unless the second run sends exactly what the first had not delivered, the third nothing, and the bundle is that
of the files here.
"""

import argparse
import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.checkpoints import size_of, write_checkpoint  # noqa: E402
from benchmarks.support.site import RECONCILER, WORKER, Site, portal_site, token_for  # noqa: E402
from benchmarks.support.stores import STORES, store_environment  # noqa: E402

ENOUGH = 0.4  # of the bytes, then the client is killed


def main() -> int:
    options = arguments()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder, prefix="upload-resume-")))
        environment = stack.enter_context(store_environment(options.store, folder))
        site = stack.enter_context(portal_site(folder, environment=environment))
        checkpoint = write_checkpoint(folder / "checkpoint", size=options.megabytes * 10**6, shards=2)
        site.serve()
        site.start("worker", *WORKER)
        site.start("reconciler", *RECONCILER)
        site.wait_until_up()
        result = measure(site, checkpoint, token=token_for("consortium:1"))
    return report(result)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=520, help="size of the checkpoint in 10^6 bytes")
    parser.add_argument("--store", choices=STORES, default="local")
    parser.add_argument("--folder", type=Path, help="where to work (twice the size is needed)")
    return parser.parse_args()


def measure(site: Site, checkpoint: Path, *, token: str) -> dict[str, Any]:
    arguments = [checkpoint, "--part-size", "16"]
    upload = site.ask(token, "declare", *arguments)["id"]
    first = subprocess.Popen(
        site.client("push", *arguments), env=site.client_environment(token), stdout=subprocess.DEVNULL
    )
    while held_of(upload) < size_of(checkpoint) * ENOUGH and first.poll() is None:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    time.sleep(0.5)  # parts that the server has received whole may still be acknowledged
    held = held_of(upload)
    begun = time.monotonic()
    second = site.ask(token, "push", *arguments)
    seconds = time.monotonic() - begun
    third = site.ask(token, "push", *arguments)
    equal = site.ask(token, "verify", *arguments, "--upload", upload)["equal"]
    return {"total": size_of(checkpoint), "held": held, "second": second, "seconds": seconds, "third": third,
            "equal": equal, "killed": first.returncode == -signal.SIGKILL}  # fmt: skip


def held_of(upload: str) -> int:
    from portal.artifacts.models import Upload
    from portal.artifacts.selectors import held_bytes, missing_parts

    row = Upload.objects.get(pk=upload)
    return held_bytes(row, missing_parts(row))


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


if __name__ == "__main__":
    sys.exit(main())
