"""`convert`: PyTorch and distributed checkpoints into safetensors, in processes of their own, compared bit for bit."""

import importlib.util
import json
import os
import subprocess
import sys
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from portal.client import console, words
from portal.client.errors import ClientError
from portal.client.options import Group, answer
from portal.client.words import _

GB = 10**9
SHARD_GB = 5
SECRETS = ("PORTAL_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "HF_TOKEN")


def register(group: Group) -> None:
    command = group.add_parser(
        "convert", help=_("turn PyTorch, Megatron-LM and distributed checkpoints into safetensors, on this machine")
    )
    command.add_argument("source", type=Path, help=_("folder or file of the checkpoint"))
    command.add_argument("target", type=Path, help=_("new folder for the safetensors files"))
    command.add_argument(
        "--shard-size", type=_size, default=SHARD_GB * GB, metavar="GB", help=_("default {size}").format(size=SHARD_GB)
    )
    answer(command)
    command.set_defaults(run=convert)


def convert(options: Namespace) -> None:
    if not options.source.exists():
        raise ClientError(_("There is no such file or folder."), where=str(options.source), hint=_("Check the path."))
    if importlib.util.find_spec("torch") is None:
        raise ClientError(
            _("Reading PyTorch's files needs PyTorch."),
            hint=_("Run this where the checkpoint was made, or: pip install torch"),
        )
    written = _run("write", options, title=_("converting"))
    compared = _run("compare", options, title=_("comparing"))
    written["peak_memory"] = max(written["peak_memory"], compared["peak_memory"])
    console.show({**written, "equal": True}, text="\n".join(_report(written, options)), as_json=options.json)


def _report(result: dict[str, Any], options: Namespace) -> list[str]:
    lines = [
        _("{tensors} tensors, {size}, in {files} files below {folder}").format(
            tensors=result["tensors"],
            size=console.size(result["bytes"]),
            files=result["files"],
            folder=options.target,
        ),
        _("Read again and compared: every bit is that of the source. Most memory used: {peak}").format(
            peak=console.size(result["peak_memory"])
        ),
    ]
    if result["left_out"]:
        lines.append(_("Left out, because they are no weights: {names}").format(names=", ".join(result["left_out"])))
    if result["ranks"] > 1:
        lines.append(
            _("The ranks lie in folders of their own, as they were saved; Megatron-LM's own tool can join them.")
        )
    return lines


def _run(mode: str, options: Namespace, *, title: str) -> dict[str, Any]:
    """One process; what it prints moves the bar, its last line is the answer."""
    command = [sys.executable, "-m", "portal.client.conversion.worker", mode]
    command += [str(options.source), str(options.target), str(options.shard_size)]
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    environment |= {"CUDA_VISIBLE_DEVICES": "", "PYTHONUTF8": "1", "LC_ALL": words.locale()}
    message: dict[str, Any] = {}
    with (
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process,
        console.bars() as new,
    ):
        advance = None
        for line in process.stdout or ():
            message = json.loads(line)
            if "total" in message:
                advance = new(title, total=message["total"]).advance
            elif "done" in message and advance:
                advance(message["done"])
    if "result" in message:
        return dict(message["result"])
    raise _failed(message.get("error"), process.returncode)


def _failed(error: dict[str, str] | None, status: int) -> ClientError:
    if error:
        return ClientError(error["detail"], where=error["where"], hint=error["hint"])
    text = _("The process that reads the checkpoint ended with status {status}.").format(status=status)
    return ClientError(text, hint=_("It may have run out of memory: try a machine with more, or smaller shards."))


def _size(text: str) -> int:
    try:
        size = int(float(text) * GB)
    except ValueError as error:
        raise ArgumentTypeError(_("{text} is not a number of GB").format(text=repr(text))) from error
    if size < 1:
        raise ArgumentTypeError(_("must be more than 0"))
    return size
