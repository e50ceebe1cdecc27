"""A dossier on disk, as the portal would have it: logs, checkpoints, and the facts that the checks read."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import save_file

from benchmarks.support.laboratory.keeping import Model, config
from benchmarks.support.laboratory.network import EPSILON
from benchmarks.support.tracelab import text
from benchmarks.support.tracelab.dossier import CARDS, USE, Dossier, own_compute, scores
from benchmarks.support.tracelab.logbook import BEGUN, WRITERS, Mark, Row
from originality.core.trace.declaration import declaration_document, facts_document
from originality.core.trace.facts import (
    ChainLink,
    Declaration,
    Deposited,
    Facts,
    Grant,
    InitLaw,
    Optimiser,
    Schedule,
)
from originality.core.trace.measures import Score

DAY = 86_400.0
HOUR = 3_600.0
SPREAD = 0.06  # of initials.py


class Written(NamedTuple):
    """Where a dossier lies; `folders` maps the digest of a checkpoint to its folder."""

    folder: Path
    logs: Path
    folders: dict[str, Path]
    facts: Facts
    scores: tuple[Score, ...]


def write(dossier: Dossier, *, folder: Path, references: tuple[str, ...] = ()) -> Written:
    """Write everything; what was deposited of another dossier is written below the same folder, and is not handed in."""
    marks = write_logs(dossier, folder=folder / "logs")
    folders = write_checkpoints(dossier, folder=folder / "checkpoints")
    deposits = _deposits(dossier, marks=marks, folders=folders, logs=folder / "logs")
    if (source := dossier.deposited) is not None:
        before = folder / "deposited"
        told = _deposits(
            source,
            marks=write_logs(source, folder=before / "logs"),
            folders=write_checkpoints(source, folder=before / "checkpoints"),
            logs=before / "logs",
        )
        resumed = _at(next(row.time for row in source.rows if row.segment == source.rows[-1].segment))
        later = [row for row in deposits if row.at > resumed] if dossier.cut else []
        deposits = (*(row for row in told if not dossier.cut or row.at <= resumed), *later)
    facts = _facts(dossier, folders=folders, deposits=deposits)._replace(frozen_references=references)
    measured = tuple(
        Score(digest(folders[step]), step, "next token", "accuracy", value, stderr)
        for step, (value, stderr) in scores(dossier).items()
    )
    _write(folder / "facts.json", facts_document(facts))
    _write(folder / "scores.json", [score._asdict() for score in measured])
    if facts.declaration is not None:
        _write(folder / "declaration.json", declaration_document(facts.declaration))
    by_digest = {digest(path): path for path in folders.values()}
    return Written(folder, folder / "logs", by_digest, facts, measured)


def write_logs(dossier: Dossier, *, folder: Path) -> list[Mark]:
    folder.mkdir(parents=True, exist_ok=True)
    return WRITERS[dossier.form](folder, dossier.rows)


def write_checkpoints(dossier: Dossier, *, folder: Path) -> dict[int, Path]:
    return {
        step: write_checkpoint(tensors, dossier, folder=folder / f"step-{step:06d}")
        for step, tensors in dossier.checkpoints.items()
    }


def write_checkpoint(tensors: dict[str, torch.Tensor], dossier: Dossier, *, folder: Path) -> Path:
    """Write a folder that transformers opens."""
    folder.mkdir(parents=True, exist_ok=True)
    dtype = getattr(torch, dossier.dtype)
    save_file(
        {name: value.to(dtype).contiguous() for name, value in tensors.items()},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    more = {
        "architectures": ["LlamaForCausalLM"],
        "hidden_act": "silu",
        "rms_norm_eps": EPSILON,
        "rope_theta": 10_000.0,
        "max_position_embeddings": dossier.recipe.length,
        "attention_bias": False,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "torch_dtype": dossier.dtype,
    }
    document = config(Model(tensors, dossier.recipe.shape, config=more))
    (folder / "config.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    (folder / "tokenizer.json").write_text(text.tokenizer(dossier.recipe.words).to_str(), encoding="utf-8")
    wrapper = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>", "bos_token": "<|end|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(wrapper), encoding="utf-8")
    return folder


def digest(folder: Path) -> str:
    """Digest of the digests of all files, as a manifest's."""
    lines = [f"{_sha256(path.read_bytes())}  {path.name}\n" for path in sorted(folder.iterdir())]
    return _sha256("".join(lines).encode())


def digest_of(path: Path) -> str:
    return _sha256(path.read_bytes())


def declaration(dossier: Dossier) -> Declaration:
    recipe, by = dossier.recipe, dossier.recipe.optimiser
    others = ("*embed*", "*norm*") if by.name == "muon" else ()
    start, end = _extent(dossier.rows)
    parameters = sum(value.numel() for value in dossier.checkpoints[recipe.steps].values())
    own = own_compute(_hours(dossier) * (1 - dossier.covered), starts=_at(start - DAY), ends=_at(end + DAY))
    return Declaration(
        vocabulary=recipe.shape.vocabulary,
        parameters=parameters,
        active_parameters=parameters,
        optimiser=Optimiser(by.name, *by.betas, by.epsilon, by.decay, others),
        schedule=Schedule(
            recipe.schedule,
            recipe.peak,
            recipe.warmup,
            recipe.steps,
            recipe.decay_start or None,
            recipe.peak * (1.0 if recipe.schedule == "constant" else recipe.final),
        ),
        clip=recipe.clip or None,
        batch_tokens=recipe.batch(recipe.steps) * recipe.length,
        sequence_length=recipe.length,
        layers=recipe.shape.layers,
        width=recipe.shape.width,
        seed=recipe.seed,
        init=_laws(recipe.law),
        own_compute=(own,) if dossier.own else (),
        events=dossier.events,
        cards=CARDS,
        started=_at(start),
        ended=_at(end),
    )


def _laws(law: str) -> tuple[InitLaw, ...]:
    scale = SPREAD * 3**0.5 if law == "uniform" else SPREAD
    return (InitLaw("*norm.weight", "constant", 1.0), InitLaw("*", law, scale))


def _facts(dossier: Dossier, *, folders: dict[int, Path], deposits: tuple[Deposited, ...]) -> Facts:
    last = dossier.recipe.steps
    roles = {0: "initial", last: "final"}
    chain = tuple(
        ChainLink(digest(path), roles.get(step, "intermediate"), step, dossier.tokens(step))
        for step, path in sorted(folders.items())
    )
    return Facts(
        declaration=declaration(dossier) if dossier.declared else None,
        chain=chain,
        deposits=deposits,
        grants=_grants(dossier),
        phase_opened=_at(BEGUN - 3 * DAY),
    )


def _grants(dossier: Dossier) -> tuple[Grant, ...]:
    """Cards whose peak makes the declared work use `USE` of it, were the needed hours granted."""
    if not dossier.covered:
        return ()
    start, end = _extent(dossier.rows)
    peak = _work(dossier) / (_hours(dossier) * HOUR * USE)
    hours = _hours(dossier) * dossier.covered
    return (Grant("lab-card", CARDS, _at(start - DAY), _at(end + DAY), hours, peak),)


def _hours(dossier: Dossier) -> float:
    start, end = _extent(dossier.rows)
    return CARDS * (end - start) / HOUR


def _work(dossier: Dossier) -> float:
    """6·N·D of what really was trained, in FLOP."""
    parameters = sum(value.numel() for value in dossier.checkpoints[dossier.recipe.steps].values())
    return 6.0 * parameters * dossier.recipe.tokens(dossier.recipe.steps)


def _deposits(dossier: Dossier, *, marks: list[Mark], folders: dict[int, Path], logs: Path) -> tuple[Deposited, ...]:
    if dossier.deposits_from is None:
        return ()
    found = []
    for step in sorted(folders):
        if step < dossier.deposits_from:
            continue
        when = _reached(dossier.rows, dossier.early.get(step, step)) + HOUR
        name, size = _log_at(marks, rows=dossier.rows, when=when)
        prefix = _sha256((logs / name).read_bytes()[:size]) if name else ""
        found.append(
            Deposited(digest(folders[step]), step, dossier.tokens(step), _at(when), prefix, size if name else None)
        )
    return tuple(sorted(found, key=lambda one: one.at))


def _log_at(marks: list[Mark], *, rows: list[Row], when: float) -> tuple[str, int]:
    """What the newest log file held at a time; marks and rows are of one order."""
    held = [(row.time, mark) for row, mark in zip(rows, marks, strict=False) if row.time <= when]
    return (held[-1][1].file, held[-1][1].size) if held else ("", 0)


def _reached(rows: list[Row], step: int) -> float:
    """When the run was first at a step; a replay of it comes later."""
    return min(row.time for row in rows if row.step == step and "validation_loss" in row.values)


def _extent(rows: list[Row]) -> tuple[float, float]:
    times = [row.time for row in rows]
    return min(times), max(times)


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
