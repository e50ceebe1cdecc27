"""Asking for a run: its inputs are frozen, and each task group of the suite becomes a job."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from evaluation.core.suites import Group, parse_suite
from evaluation.core.suites import Suite as SuiteDocument
from evaluation.enums import AuditAction
from evaluation.errors import KeyReusedError
from evaluation.layouts import layout_of
from evaluation.models import EvaluationRun, RunPart, Suite
from portal.artifacts.actions import require_bytes
from portal.artifacts.models import Bundle
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.jobs.actions import enqueue
from portal.jobs.models import Job

KIND = "evaluation.run"
JOIN = "evaluation.join"
INPUTS_SCHEMA = "evaluation-inputs/1"
WITH_SOURCE = "evaluation-inputs/2"  # the first schema knew checkpoints alone, on the backend hf without arguments
CHECKPOINT_SOURCE: Mapping[str, Any] = {"kind": "checkpoint", "backend": "hf", "arguments": {}}
RUN_NAMESPACE = uuid.UUID("6d1f0c0e-6f0b-5a53-9c56-0d0b2b6f5a11")
MOST_RERUNS = 1000


@transaction.atomic
def request_run(
    bundle: Bundle,
    *,
    suite: Suite,
    key: str,
    actor: str,
    limit: int | None = None,
    account: str = "",
    source: Mapping[str, Any] | None = None,
    priority: int = 0,
) -> EvaluationRun:
    """Ask for one suite on one model, once per key; a rerun is another key and another run.

    `source` says what answers (kind "checkpoint": the bundle itself on a backend; other kinds are registered in
    `evaluation.layouts`); `account` is whose quota is used, the bundle's owner where it is empty.
    """
    inputs = frozen_inputs(bundle, suite=suite, limit=limit, source=source)
    digest = digest_of(inputs)
    run = EvaluationRun.objects.filter(key=key).first()
    if run is None:
        run = _create_run(
            key, bundle=bundle, suite=suite, inputs=inputs, actor=actor, account=account, priority=priority
        )
    if run.inputs_digest != digest:
        raise KeyReusedError(key)
    return run


@transaction.atomic
def rerun(run: EvaluationRun, *, actor: str, priority: int = 0) -> EvaluationRun:
    """Ask for the same once more; the first run stays as it is, with its figures or its cause."""
    numbers = (number for number in range(2, MOST_RERUNS) if _is_free(f"{run.key}:{number}"))
    return request_run(
        run.bundle,
        suite=run.suite,
        key=f"{run.key}:{next(numbers)}",
        actor=actor,
        limit=run.limit,
        account=run.job.account,
        source=run.source,
        priority=priority,
    )


def _is_free(key: str) -> bool:
    return not EvaluationRun.objects.filter(key=key).exists()


def frozen_inputs(
    bundle: Bundle, *, suite: Suite, limit: int | None, source: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what is decided before the run; versions of libraries and the hardware are reported by the run itself."""
    inputs: dict[str, Any] = {
        "schema": INPUTS_SCHEMA,
        "bundle": bundle.digest,
        "suite": {"name": suite.name, "version": suite.version, "digest": suite.digest},
        "seeds": suite.document["seeds"],
        "limit": limit,
    }
    if not source or dict(source) == CHECKPOINT_SOURCE:
        return inputs
    return inputs | {"schema": WITH_SOURCE, "source": dict(source)}


def _create_run(
    key: str,
    *,
    bundle: Bundle,
    suite: Suite,
    inputs: dict[str, Any],
    actor: str,
    account: str,
    priority: int,
) -> EvaluationRun:
    """Two callers at once meet in one row: the run's id follows from its key."""
    require_bytes(bundle)
    number = uuid.uuid5(RUN_NAMESPACE, key)
    asking = {"actor": actor, "account": account or bundle.owner, "priority": priority}
    parts, job = _jobs(key, number, parse_suite(suite.document), source=inputs.get("source", {}), asking=asking)
    fields = {"key": key, "bundle": bundle, "suite": suite, "limit": inputs["limit"], "inputs": inputs}
    fields |= {"inputs_digest": digest_of(inputs), "actor": actor, "job": job}
    run, created = EvaluationRun.objects.get_or_create(id=number, defaults=fields)
    if created:
        RunPart.objects.bulk_create(RunPart(run=run, group=group, job=part) for group, part in parts.items())
        after = {"inputs": run.inputs_digest, "suite": suite.digest, "bundle": bundle.digest, "limit": run.limit}
        record(AuditAction.RUN_REQUESTED, actor=actor, subject=f"evaluation-run:{run.pk}", after=after)
    return run


def _jobs(
    key: str, number: uuid.UUID, suite: SuiteDocument, *, source: Mapping[str, Any], asking: Mapping[str, Any]
) -> tuple[dict[str, Job], Job]:
    """One job for each task group, and the run's own: the only one, or one that joins them when all have succeeded.

    Generated code is judged where no model is, so a suite with code is joined even when it has a single group.
    """
    if not needs_joining(suite):
        (group,) = suite.groups
        job = _part(f"{KIND}:{key}", number, group, source=source, asking=asking)
        return {group.name: job}, job
    parts = {
        group.name: _part(f"{KIND}:{number}:{group.name}", number, group, source=source, asking=asking)
        for group in suite.groups
    }
    requirements = {"cpu": 1} | ({"sandbox": 1} if has_code(suite) else {})
    payload = {"run": str(number)}
    join = enqueue(
        JOIN, key=f"{JOIN}:{number}", payload=payload, requirements=requirements, after=list(parts.values()), **asking
    )
    return parts, join


def needs_joining(suite: SuiteDocument) -> bool:
    return len(suite.groups) > 1 or has_code(suite)


def has_code(suite: SuiteDocument) -> bool:
    return any(task.form == "code" for task in suite.tasks)


def _part(key: str, number: uuid.UUID, group: Group, *, source: Mapping[str, Any], asking: Mapping[str, Any]) -> Job:
    """`needs` of the group are the suite's word; what the source needs beside (a backend) is the layout's."""
    needs = dict(group.needs) | dict(layout_of(source).requirements(source))
    if settings.SANDBOX == "required":
        needs["sandbox"] = 1
    payload = {"run": str(number), "group": group.name}
    return enqueue(KIND, key=key, payload=payload, requirements=needs, time_limit=group.time_limit, **asking)
