"""Asking for the reading of a training run: its logs, its checkpoints one by one, and the findings on both."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from originality.core.trace.declaration import facts_document
from originality.core.trace.facts import ChainLink, Facts
from originality.core.trace.model import QUANTITIES
from originality.core.trace.series import AXES
from originality.enums import AuditAction, PartKind, ReportCause
from originality.lineage import DeclaredPart, Known, declared_as, matched
from originality.models import Reference, TraceMapping, TracePart, TraceReport, TraceRun, WithheldText
from portal.artifacts.actions import require_bytes
from portal.artifacts.models import Bundle
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.common.refusals import Refusal
from portal.jobs.actions import cancel, enqueue
from portal.jobs.models import Job

PLAN = "originality-trace-plan/1"
MOST_CORRECTIONS = 30  # of one run: each reads the logs again, in the queue of all teams
INITIAL, INTERMEDIATE, FINAL = "initial", "intermediate", "final"


class Checkpoint(NamedTuple):
    """A checkpoint of the run whose bytes are here; `role` is initial, intermediate or final."""

    bundle: Bundle
    role: str
    step: int | None = None
    tokens: int | None = None


@transaction.atomic
def request_trace(
    bundle: Bundle,
    *,
    key: str,
    actor: str,
    chain: Sequence[Checkpoint] = (),
    facts: Facts | None = None,
    declared: Sequence[DeclaredPart] = (),
    priority: int = 0,
) -> TraceRun:
    """Freeze the plan and queue all work on a training run; a second call with the key returns the first run.

    `chain` are the checkpoints; `facts` is what else is known, of its own chain digests without bytes are taken. References
    that the team declared as components are not among those whose signs must not be found.
    """
    chain = ordered(chain)
    known = facts or Facts()
    facts = known._replace(
        chain=_links(chain, known.chain),
        frozen_references=_foreign(declared, account=bundle.owner),
    )
    plan = _plan(bundle, facts)
    held = {row.role: row.bundle for row in chain}
    fields = {"bundle": bundle, "checkpoint": held.get(FINAL), "step0": held.get(INITIAL), "actor": actor}
    run, created = TraceRun.objects.get_or_create(
        key=key, defaults={**fields, "plan": plan, "plan_digest": digest_of(plan)}
    )
    if created:
        require_bytes(bundle)
        _queue_parts(run, chain, priority=priority)
        _queue_report(run, cause=ReportCause.FIRST, series=_queue_series(run, number=0, priority=priority))
        after = {"logs": bundle.digest, "plan": run.plan_digest, "checkpoints": len(chain)}
        record(AuditAction.TRACE_REQUESTED, actor=actor, subject=f"trace_run:{run.pk}", after=after)
    return run


def ordered(chain: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Return the checkpoints by their steps, each content once: a final one that was also saved on the way is the final."""
    last = {row.bundle.digest for row in chain if row.role == FINAL}
    first = {row.bundle.digest for row in chain if row.role == INITIAL}
    rows = [row for row in chain if row.role != INTERMEDIATE or row.bundle.digest not in last | first]
    places = {INITIAL: 0, INTERMEDIATE: 1, FINAL: 2}
    return sorted(rows, key=lambda row: (places[row.role], row.step is None, row.step or 0, row.bundle.digest))


def _links(chain: Sequence[Checkpoint], known: Sequence[ChainLink]) -> tuple[ChainLink, ...]:
    held = {row.bundle.digest for row in chain}
    without = [link for link in known if link.digest not in held]
    return (*(ChainLink(row.bundle.digest, row.role, row.step, row.tokens) for row in chain), *without)


def _foreign(declared: Sequence[DeclaredPart], *, account: str) -> tuple[str, ...]:
    """Return the digests of references that the team did not declare, by name."""
    known = [Known(*row) for row in Reference.objects.order_by("name").values_list("pk", "name", "digest", "account")]
    rows = matched(declared, references=known, account=account)
    return tuple(row.digest for row in known if not declared_as(rows, reference=row.id))


def _plan(bundle: Bundle, facts: Facts) -> dict[str, Any]:
    """Everything that fixes the checks before a log or a weight is read."""
    references = Reference.objects.order_by("name").values("id", "name", "digest", "sketch__sha256")
    return {
        "schema": PLAN,
        "logs": bundle.digest,
        "facts": facts_document(facts),
        "texts": list(WithheldText.objects.filter(retired=False).order_by("name").values("id", "name", "digest")),
        "references": [
            {"id": row["id"], "name": row["name"], "digest": row["digest"], "sketch": row["sketch__sha256"]}
            for row in references
            if row["digest"] in facts.frozen_references
        ],
    }


def _queue_parts(run: TraceRun, chain: Sequence[Checkpoint], *, priority: int) -> None:
    """Queue a job per measurement; a checkpoint whose step nobody said is not measured, and the part says so."""
    for row in _parts(run, chain):
        if not row.problem:
            row.job = enqueue(
                f"originality.{row.kind}",
                key=f"originality.{row.kind}:{run.pk}:{row.number}",
                payload={"run": str(run.pk), "part": row.number},
                account=run.bundle.owner,
                actor=run.actor,
                priority=priority,
            )
        row.save()


def _parts(run: TraceRun, chain: Sequence[Checkpoint]) -> list[TracePart]:
    """Return the beginning, the leg between each two neighbours, and each checkpoint's loss on each text."""
    texts = list(WithheldText.objects.filter(pk__in=[row["id"] for row in run.plan["texts"]]).order_by("name"))
    begins = [TracePart(run=run, kind=PartKind.START, number=1, bundle=run.checkpoint, before=run.step0)]
    legs = [
        TracePart(run=run, kind=PartKind.LEG, number=number, bundle=after.bundle, before=before.bundle)
        for number, (before, after) in enumerate(pairwise(chain), start=1)
    ]
    losses = [(point, text) for point in chain for text in texts]
    losses_rows = [
        TracePart(run=run, kind=PartKind.LOSS, number=number, bundle=point.bundle, text=text)
        for number, (point, text) in enumerate(losses, start=1)
    ]
    stepless = {row.bundle.digest for row in chain if row.step is None}
    for row in [*legs, *losses_rows]:
        if stepless & {row.bundle.digest, row.before.digest if row.before else ""}:
            row.problem = "the step of this checkpoint is not declared"
    return [*(begins if run.checkpoint else []), *legs, *losses_rows]


def _queue_series(run: TraceRun, *, number: int, priority: int = 0) -> Job:
    return enqueue(
        "originality.series",
        key=f"originality.series:{run.pk}:{number}",
        payload={"run": str(run.pk), "mapping": number},
        account=run.bundle.owner,
        actor=run.actor,
        priority=priority,
    )


def _queue_report(run: TraceRun, *, cause: ReportCause, series: Job, scores: Sequence[Any] = ()) -> TraceReport:
    """Queue the findings after everything that they read, of what has not ended without a figure; the run follows the latest."""
    number = run.reports.count() + 1
    mapping = run.mappings.order_by("number").last()
    parts = [row.job for row in run.parts.exclude(job=None).filter(problem="").select_related("job") if row.job]
    job = enqueue(
        "originality.findings",
        key=f"originality.findings:{run.pk}:{number}",
        payload={"run": str(run.pk), "report": number, "series": series.pk, "scores": list(scores)},
        account=run.bundle.owner,
        actor=run.actor,
        priority=series.priority,
        after=[series, *parts],
    )
    corrected = mapping.mapping if mapping and mapping.number else None
    row = TraceReport.objects.create(run=run, number=number, cause=cause, mapping=corrected, job=job)
    run.job = job
    run.save(update_fields=["job"])
    return row


def _locked(run: TraceRun) -> TraceRun:
    return TraceRun.objects.select_for_update(of=("self",)).select_related("bundle", "job").get(pk=run.pk)


@transaction.atomic
def correct_mapping(run: TraceRun, *, mapping: dict[str, str], reason: str, actor: str) -> TraceMapping:
    """Write down which name stands for which quantity and make the checks again; the findings stand until the new ones.

    ValueError for a quantity that there is not, Refusal after too many. The same correction again changes nothing.
    """
    if unknown := sorted(set(mapping) - {*QUANTITIES, *AXES}):
        raise ValueError(_("There is no quantity called %(names)s.") % {"names": ", ".join(unknown)})
    run = _locked(run)
    latest = run.mappings.order_by("number").last()
    if latest is not None and latest.mapping == mapping:
        return latest
    number = latest.number + 1 if latest else 1
    if number > MOST_CORRECTIONS:
        text = _("The names of these logs were corrected %(most)s times. Ask the office before you correct them again.")
        raise Refusal(text % {"most": MOST_CORRECTIONS})
    row = TraceMapping.objects.create(run=run, number=number, mapping=mapping, reason=reason, actor=actor)
    _queue_report(run, cause=ReportCause.MAPPING, series=_queue_series(run, number=number), scores=run.scores)
    before = latest.mapping if latest else None
    subject = f"trace_run:{run.pk}"
    record(AuditAction.TRACE_MAPPED, actor=actor, subject=subject, before=before, after=mapping, reason=reason)
    return row


@transaction.atomic
def add_scores(run: TraceRun, *, scores: Sequence[dict[str, Any]], actor: str = "system") -> TraceRun:
    """Take the benchmarks of the run's checkpoints and make the findings again with them; the same scores change nothing.

    Each row is a document of `originality.core.trace.measures.Score`.
    """
    run = _locked(run)
    rows = sorted((dict(row) for row in scores), key=lambda row: (row["step"], row["task"], row["metric"]))
    if rows == run.scores:
        return run
    run.scores = rows
    run.save(update_fields=["scores"])
    _queue_report(run, cause=ReportCause.SCORES, series=latest_series(run), scores=rows)
    record(AuditAction.TRACE_SCORED, actor=actor, subject=f"trace_run:{run.pk}", after={"scores": len(rows)})
    return run


def latest_series(run: TraceRun) -> Job:
    """Return the job that reads the logs under the mapping that holds."""
    number = run.mappings.order_by("-number").values_list("number", flat=True).first() or 0
    return Job.objects.get(idempotency_key=f"originality.series:{run.pk}:{number}")


@transaction.atomic
def cancel_trace(run: TraceRun, *, actor: str) -> TraceRun:
    """End a run that is not finished; its measurements end with the reconciler's next pass."""
    run = _locked(run)
    if run.job is None or run.job.is_final:
        return run
    run.job = cancel(run.job)
    record(AuditAction.TRACE_CANCELLED, actor=actor, subject=f"trace_run:{run.pk}")
    return run
