"""The training declaration as a file, and the facts of a run as a document: read strictly, written so that both are one.

A field that is left out is not declared: the checks that need it are then not applicable, never failed.
"""

from datetime import date, datetime
from typing import Any

from originality.core.trace.facts import (
    EVENTS,
    LAWS,
    OPTIMISERS,
    SCHEDULES,
    SCHEMA,
    ChainLink,
    Declaration,
    Deposited,
    Event,
    Facts,
    Grant,
    InitLaw,
    Optimiser,
    OwnCompute,
    RateGroup,
    Schedule,
)
from originality.core.trace.reading import (
    Absent,
    DocumentError,
    choice,
    digest,
    load_document,
    moment,
    number,
    plain,
    record,
    rows,
    text,
    whole,
)

MOST_BYTES = 1 << 20
FACTS_SCHEMA = "originality-facts/1"
ROLES = ("initial", "intermediate", "final", "deposited")
MOST_LINKS = 20_000  # checkpoints and deposits of one run; an entry alone may have ten thousand deposits

OPTIMISER = record(
    Optimiser,
    {
        "name": choice(OPTIMISERS),
        "beta1": Absent(number(0, 1, below=True)),
        "beta2": Absent(number(0, 1, below=True)),
        "epsilon": Absent(number(0, 1)),
        "weight_decay": Absent(number(0, 1000)),
        "others_for": Absent(rows(text(200, empty=False), 200)),
    },
)
SCHEDULE = record(
    Schedule,
    {
        "kind": choice(SCHEDULES),
        "peak": number(0, 1000, above=True),
        "warmup_steps": Absent(whole()),
        "total_steps": Absent(whole(1)),
        "decay_start": Absent(whole()),
        "final": Absent(number(0, 1000)),
    },
)
INIT_LAW = record(InitLaw, {"pattern": text(200, empty=False), "law": choice(LAWS), "scale": number(-1e6, 1e6)})
RATE_GROUP = record(RateGroup, {"pattern": text(200, empty=False), "factor": number(0, 1e6)})
OWN_COMPUTE = record(
    OwnCompute,
    {
        "card_type": text(60, empty=False),
        "cards": whole(1, 10**7),
        "starts": moment,
        "ends": moment,
        "gpu_hours": number(0, 1e12),
    },
)
EVENT = record(Event, {"step": whole(), "kind": choice(EVENTS), "note": Absent(text())})
FIELDS = {
    "vocabulary": Absent(whole(2, 2**31)),
    "parameters": Absent(whole(1, 10**15)),
    "active_parameters": Absent(whole(1, 10**15)),
    "optimiser": Absent(OPTIMISER),
    "schedule": Absent(SCHEDULE),
    "clip": Absent(number(0, 1e9, above=True)),
    "batch_tokens": Absent(whole(1, 10**12)),
    "sequence_length": Absent(whole(1, 10**9)),
    "layers": Absent(whole(1, 10**5)),
    "width": Absent(whole(1, 10**7)),
    "seed": Absent(whole(0, 2**64 - 1)),
    "init": Absent(rows(INIT_LAW, 500)),
    "own_compute": Absent(rows(OWN_COMPUTE, 200)),
    "events": Absent(rows(EVENT, 1000)),
    "cards": Absent(whole(1, 10**7)),
    "started": Absent(moment),
    "ended": Absent(moment),
    "rate_groups": Absent(rows(RATE_GROUP, 200)),
}
DECLARATION = record(Declaration, FIELDS)
CHAIN_LINK = record(
    ChainLink, {"digest": digest, "role": choice(ROLES), "step": Absent(whole()), "tokens": Absent(whole())}
)
DEPOSITED = record(
    Deposited,
    {
        "digest": digest,
        "step": whole(),
        "tokens": Absent(whole()),
        "at": moment,
        "log_digest": Absent(text(64)),
        "log_bytes": Absent(whole()),
    },
)
GRANT = record(
    Grant,
    {
        "card_type": text(60),
        "cards": whole(),
        "starts": moment,
        "ends": moment,
        "gpu_hours": number(),
        "peak_flops": Absent(number()),
    },
)
FACTS = record(
    Facts,
    {
        "declaration": Absent(DECLARATION),
        "chain": Absent(rows(CHAIN_LINK, MOST_LINKS)),
        "deposits": Absent(rows(DEPOSITED, MOST_LINKS)),
        "grants": Absent(rows(GRANT)),
        "phase_opened": Absent(moment),
        "frozen_references": Absent(rows(digest, MOST_LINKS)),
    },
)


def parse_declaration_of_training(content: bytes) -> Declaration:
    """Read a training declaration as the team wrote it; DocumentError says where it cannot be read."""
    document = load_document(content, most=MOST_BYTES)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise DocumentError("schema", f'must be "{SCHEMA}"')
    return declaration_of({name: value for name, value in document.items() if name not in ("schema", "$schema")})


def declaration_of(document: dict[str, Any]) -> Declaration:
    """Read the fields, and ask that they agree with each other."""
    found: Declaration = DECLARATION(document, "")
    _agree(found)
    return found


def declaration_document(declaration: Declaration) -> dict[str, Any]:
    """Return the declaration as a file of its own would say it; numbers are numbers."""
    return {"schema": SCHEMA, **_numbers(declaration)}


def facts_document(facts: Facts) -> dict[str, Any]:
    """Return what a plan freezes: no fraction is a float, so that the document has one digest."""
    return {"schema": FACTS_SCHEMA, **plain(facts)}


def parse_facts(document: dict[str, Any]) -> Facts:
    if not isinstance(document, dict) or document.get("schema") != FACTS_SCHEMA:
        raise DocumentError("schema", f'must be "{FACTS_SCHEMA}"')
    found: Facts = FACTS({name: value for name, value in document.items() if name != "schema"}, "")
    return found


def _agree(row: Declaration) -> None:
    if row.parameters and row.active_parameters and row.active_parameters > row.parameters:
        raise DocumentError("active_parameters", "cannot be more than parameters")
    if (schedule := row.schedule) is not None:
        _agree_schedule(schedule)
    for index, own in enumerate(row.own_compute):
        if own.starts and own.ends and _day(own.starts) > _day(own.ends):
            raise DocumentError(f"own_compute[{index}].ends", "is before it starts")
    for index, law in enumerate(row.init):
        if law.law != "constant" and law.scale <= 0:
            raise DocumentError(f"init[{index}].scale", "must be above 0, unless the law is constant")
    if row.started and row.ended and _day(row.started) > _day(row.ended):
        raise DocumentError("ended", "is before it started")


def _agree_schedule(row: Schedule) -> None:
    if row.total_steps is not None and row.warmup_steps > row.total_steps:
        raise DocumentError("schedule.warmup_steps", "cannot be more than total_steps")
    if row.final > row.peak:
        raise DocumentError("schedule.final", "cannot be above peak")
    if row.kind == "wsd" and row.decay_start is None:
        raise DocumentError("schedule.decay_start", "is missing: wsd says at which step the decay begins")
    if row.decay_start is not None and row.total_steps is not None and row.decay_start > row.total_steps:
        raise DocumentError("schedule.decay_start", "cannot be after total_steps")


def _day(written: str) -> date:
    return datetime.fromisoformat(written).date() if len(written) > 10 else date.fromisoformat(written)


def _numbers(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        rows = value._asdict().items()
        return {name: _numbers(item) for name, item in rows if item is not None and item not in ((), "")}
    return [_numbers(item) for item in value] if isinstance(value, tuple) else value
