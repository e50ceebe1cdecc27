"""Comparisons of code that are done, without running a job: an invented public project, and a team's files beside it."""

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from benchmarks.support.codecopies import disguised_text
from originality.actions import add_corpus, request_code
from originality.core.code.index import Origin, open_corpus
from originality.core.code.report import code_report
from originality.core.code.sources import read_sources
from originality.core.code.work import PASSAGES
from originality.models import CodeCorpus, CodeRun
from portal.artifacts.actions import open_made, store_file, store_folder
from portal.consortia.models import Entry
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.submissions.enums import RunKind, State
from portal.submissions.models import Submission, SubmissionRun

_numbers = itertools.count(1)

PUBLIC = '''# Copyright 2023 The Bora Authors. All rights reserved.
# SPDX-License-Identifier: Apache-2.0
"""Training loop of the invented project bora."""

import math


class Schedule:
    """Warm-up, then a cosine."""

    def __init__(self, peak, warmup, total, floor=0.1):
        if warmup >= total:
            raise ValueError("warm-up must end before training does")
        self.peak = peak
        self.warmup = warmup
        self.total = total
        self.floor = floor

    def rate(self, step):
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        share = (step - self.warmup) / max(1, self.total - self.warmup)
        return self.peak * (self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def train(model, batches, optimizer, schedule, clip=1.0, log=None):
    history = []
    for step, (inputs, targets) in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate(step)
        loss = model(inputs, targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        total = sum(float(p.grad.pow(2).sum()) for p in model.parameters() if p.grad is not None) ** 0.5
        if total > clip:
            for parameter in model.parameters():
                if parameter.grad is not None:
                    parameter.grad.mul_(clip / (total + 1e-6))
        optimizer.step()
        history.append((step, float(loss), total))
        if log is not None and step % 10 == 0:
            log.write(f"{step} {float(loss):.4f} {total:.3f}\\n")
    return history
'''
SERVING = '''"""Serving of the invented project garam."""


def sample(logits, temperature, top_k, generator):
    scaled = [value / max(temperature, 1e-4) for value in logits]
    order = sorted(range(len(scaled)), key=lambda index: -scaled[index])[:top_k]
    highest = scaled[order[0]]
    weights = [2.718281828 ** (scaled[index] - highest) for index in order]
    threshold = generator.random() * sum(weights)
    for index, weight in zip(order, weights):
        threshold -= weight
        if threshold <= 0:
            return index
    return order[-1]


def generate(model, prompt, cache, limit, stop, **choices):
    tokens, past_key_values = list(prompt), cache
    while len(tokens) < limit and (not tokens or tokens[-1] not in stop):
        logits, past_key_values = model.step(tokens[-1], past_key_values)
        tokens.append(sample(logits, choices.get("temperature", 1.0), choices.get("top_k", 50), choices["generator"]))
        if len(tokens) % 256 == 0:
            past_key_values = past_key_values.trimmed(limit)
    return tokens[len(prompt) :]
'''
MODEL = '''"""Own model code."""

from torch import nn


class Block(nn.Module):
    def __init__(self, hidden_size, heads):
        super().__init__()
        self.mix = nn.Linear(hidden_size, hidden_size)
        self.heads = heads

    def forward(self, x):
        return x + self.mix(x)
'''


def make_corpus(name: str = "공개 코드") -> CodeCorpus:
    """Return an index of two invented projects."""
    with TemporaryDirectory() as folder:
        origins = []
        for project, licence, text in (("bora", "Apache-2.0", PUBLIC), ("garam", "MIT", SERVING)):
            (Path(folder) / project).mkdir()
            (Path(folder) / project / "core.py").write_text(text, encoding="utf-8")
            origins.append(Origin(project, "1.2", licence, Path(folder) / project))
        return add_corpus(origins, name=name, actor="system")


def team_code(folder: Path) -> Path:
    """Write a team's files: training taken over with other names, serving named in NOTICE, a model of its own, a broken archive."""
    number = next(_numbers)
    files = {
        "train/loop.py": f"# 판 {number}\n\n{disguised_text(PUBLIC, seed=number)}",
        "serve/generate.py": SERVING,
        "model/block.py": MODEL,
        "NOTICE": "This product uses garam (MIT license).\nCopyright 2024 The Garam Authors\n",
        "train/table.js": f"x = [{'0,' * 5000}]",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def make_code_run(entry: Entry | None = None) -> CodeRun:
    """Return a comparison that is done; with an entry it belongs to the submission that counts for it."""
    number = next(_numbers)
    make_corpus()
    with TemporaryDirectory() as folder:
        bundle = store_folder(team_code(Path(folder)), owner=f"consortium:{number}", actor="system")
    run = request_code(bundle, key=f"code-{number}", actor="system")
    finish(run)
    if entry is not None:
        submission = entry.submissions.filter(state=State.SUBMITTED).first() or Submission.objects.create(
            entry=entry, version=1, state=State.SUBMITTED, digest="d" * 64, document={}, submitted_at=timezone.now()
        )
        SubmissionRun.objects.create(submission=submission, kind=RunKind.CODE, code=run)
    return CodeRun.objects.get(pk=run.pk)


def finish(run: CodeRun) -> CodeRun:
    """Compare with the real engine, as the job's child does."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        corpora = []
        for row in CodeCorpus.objects.filter(pk__in=[item["id"] for item in run.plan["corpora"]]):
            with open_made(row.index) as stream:
                (folder / row.digest).write_bytes(stream.read())
            corpora.append(open_corpus(folder / row.digest))
        items = list(read_sources(team_code(folder / "code")))
        run.report = code_report(items, corpora=corpora, passages=folder / PASSAGES, plan_digest=run.plan_digest)
        run.passages = store_file(folder / PASSAGES, owner=run.bundle.owner)
    run.save(update_fields=["report", "passages"])
    Job.objects.filter(pk=run.job_id).update(state=JobState.SUCCEEDED, finished=timezone.now(), outcome={})
    return run
