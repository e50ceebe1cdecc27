"""The same checkpoint again sends nothing; one changed shard sends that shard.

    python benchmarks/upload_again.py [--gigabytes 1] [--shards 16] [--store local|sealed|s3|s3-sealed] [--folder DIR]

Ends with 1 unless the bytes are exactly these.
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.checkpoints import size_of, write_checkpoint  # noqa: E402
from benchmarks.support.site import RECONCILER, WORKER, portal_site, token_for  # noqa: E402
from benchmarks.support.stores import STORES, store_environment  # noqa: E402


def main() -> int:
    options = arguments()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder, prefix="upload-again-")))
        environment = stack.enter_context(store_environment(options.store, folder))
        site = stack.enter_context(portal_site(folder, environment=environment))
        site.serve()
        site.start("worker", *WORKER)
        site.start("reconciler", *RECONCILER)
        site.wait_until_up()
        token, size = token_for("consortium:1"), int(options.gigabytes * 1e9)
        checkpoint = write_checkpoint(folder / "checkpoint", size=size, shards=options.shards)
        first = site.ask(token, "push", checkpoint)
        again = site.ask(token, "push", checkpoint)
        shard = change_one_shard(checkpoint, size=size, shards=options.shards)
        changed = site.ask(token, "push", checkpoint)
        expected = (size_of(checkpoint), 0, shard.stat().st_size)
    return report((first, again, changed), expected, store=options.store)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0, help="size of the checkpoint in 10^9 bytes")
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--store", choices=STORES, default="local")
    parser.add_argument("--folder", type=Path, help="where to work (three times the size is needed)")
    return parser.parse_args()


def change_one_shard(checkpoint: Path, *, size: int, shards: int) -> Path:
    """Other weights of the same shape."""
    other = write_checkpoint(checkpoint.with_name("other"), size=size, shards=shards, seed=1)
    name = sorted(path.name for path in other.glob("*.safetensors"))[shards // 2]
    shutil.move(other / name, checkpoint / name)
    shutil.rmtree(other)
    return checkpoint / name


def report(answers: tuple[dict[str, Any], ...], expected: tuple[int, ...], *, store: str) -> int:
    print(f"store {store}")
    for title, answer, wanted in zip(
        ("first time", "the same again", "one shard changed"), answers, expected, strict=True
    ):
        print(
            f"{title:<20}{answer['sent_bytes']:>14,} bytes sent, {wanted:,} expected; bundle {answer['bundle'][:16]}…"
        )
    sound = [answer["sent_bytes"] for answer in answers] == list(expected)
    print("exactly the bytes that were new" if sound else "NOT as expected")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
