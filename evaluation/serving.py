"""Source B on the portal's side: lay weights and server out, write what the conducting child is told, say what it needs."""

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings

from evaluation.core.endpoint.conduct import BOUND
from evaluation.core.endpoint.contract import Serving, parse_serving
from evaluation.core.endpoint.faults import ServedError
from evaluation.core.endpoint.guard import SOCKET
from evaluation.core.spec import EndpointSource
from evaluation.jobs import harness_command
from evaluation.layouts import Layout
from evaluation.models import RunPart
from portal.artifacts.actions import materialise
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Bundle
from portal.common.formats.tokenizer_policy import is_tokenizer
from portal.jobs.errors import InputError
from portal.jobs.models import Job
from portal.jobs.registry import Command, reader_of

PLAN = "conduct.json"
TOKENIZER = "tokenizer"
TOKENIZER_FILES = frozenset({
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "merges.txt",
})  # fmt: skip


def requirements(source: Mapping[str, Any]) -> dict[str, int]:
    """What the server asks for, and walls: code of others runs nowhere without them."""
    serving = _parsed(source)
    needs = {
        "gpus": 0,
        "gpu_memory_gb": 0,
        **serving.needs,
        "sandbox": 1,
    }  # the cards are the server's, not those of the group
    if serving.image is not None:
        needs["container"] = 1
    return needs | ({"nodes": serving.nodes} if serving.nodes > 1 else {})


def prepare(part: RunPart, job: Job, workdir: Path) -> Command:
    """Weights and server under their own names, read-only; the tokenizer apart, because the harness counts with it."""
    source, weights = part.run.source, part.run.bundle
    serving = _parsed(source)
    bundles = dict(zip(BOUND, (weights, server_bundle(weights, digest=source["serving"])), strict=True))
    for name, bundle in bundles.items():
        materialise(bundle, workdir / name, reader=reader_of(job), purpose=ReadPurpose.BENCHMARK)
    _lay_out_tokenizer(workdir / BOUND[0], workdir / TOKENIZER)
    harness = harness_command(part, _endpoint(serving), workdir)
    plan = {
        "name": f"portal-{job.pk}-{job.fence}",
        "serving": dict(serving.document),
        "local": settings.SERVING_LOCAL_PROCESS,
        "interconnect": settings.SERVING_INTERCONNECT,
        "files": {name: bundle.file_list() for name, bundle in bundles.items()},
        "harness": {"argv": list(harness.argv), "env": dict(harness.env), "sandbox": _bounds(harness)},
    }
    (workdir / PLAN).write_text(json.dumps(plan), encoding="utf-8")
    return Command([sys.executable, "-m", "evaluation.core.endpoint.conduct", PLAN])


def nothing_more(_part: RunPart, _job: Job, _workdir: Path) -> None:
    """The conducting child has held every file against its digest after the run; without that it gives no result."""


LAYOUT = Layout(requirements, prepare, nothing_more)


def server_bundle(weights: Bundle, *, digest: str) -> Bundle:
    """The server of the same account as the weights."""
    found = Bundle.objects.filter(owner=weights.owner, digest=digest, destroyed_at=None).first()
    if found is None:
        raise InputError("The server handed in is not here any more: its bytes were destroyed.")
    return found


def _parsed(source: Mapping[str, Any]) -> Serving:
    try:
        return parse_serving(source["document"])
    except ServedError as error:
        raise InputError(str(error)) from error


def _endpoint(serving: Serving) -> EndpointSource:
    return EndpointSource(
        socket=SOCKET,
        model=serving.model,
        tokenizer=TOKENIZER,
        max_length=serving.max_length,
        logprobs=serving.logprobs,
        concurrency=serving.concurrency,
        timeout=float(serving.request_seconds),
    )


def _bounds(harness: Command) -> dict[str, Any]:
    if harness.sandbox is None:
        raise ValueError("the harness of a served model runs behind walls of its own")
    return asdict(harness.sandbox) | {"readable": [str(path) for path in harness.sandbox.readable]}


def _lay_out_tokenizer(weights: Path, target: Path) -> None:
    """Copies, without the model's configuration: a library would look for the architecture it names."""
    target.mkdir()
    for path in sorted(weights.iterdir()):
        if path.is_file() and (path.name in TOKENIZER_FILES or is_tokenizer(path.name)):
            shutil.copyfile(path, target / path.name)
    if not any(target.iterdir()):
        raise InputError(
            "tokenizer.json is missing: the harness counts with the tokenizer that lies beside the weights."
        )
