"""Corpora of public code, and asking for the comparison of a team's code with them."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from originality.actions.references import REGISTRY
from originality.core.code.building import build_corpus
from originality.core.code.index import Origin
from originality.core.code.report import ENGINE, SCHEMA
from originality.core.code.winnow import WINDOW, K
from originality.enums import AuditAction
from originality.lineage import DeclaredPart
from originality.models import CodeCorpus, CodeRun
from portal.artifacts.actions import require_bytes, store_file
from portal.artifacts.models import Bundle
from portal.audit.actions import record
from portal.common.formats.canonical import digest_of
from portal.jobs.actions import enqueue


def add_corpus(origins: Sequence[Origin], *, name: str, actor: str) -> CodeCorpus:
    """Build an index of folders and use it from now on under its name; the same content again changes nothing.

    Raises InputError where a folder cannot be read or holds no source code.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.safetensors"
        made = build_corpus(origins, path, name=name)
        blob = store_file(path, owner=REGISTRY)
    fields = {
        "name": name,
        "index": blob,
        "sources": [dict(source) for source in made.sources],
        "null": made.null,
        "files": len(made.files),
        "fingerprints": len(made.arrays["hash"]),
    }
    with transaction.atomic():
        held = CodeCorpus.objects.filter(digest=made.digest).first()
        if held is not None and not held.retired:
            return held
        CodeCorpus.objects.filter(name=name, retired=False).update(retired=True)
        row, _created = CodeCorpus.objects.update_or_create(digest=made.digest, defaults={**fields, "retired": False})
        after = {"name": name, "digest": row.digest, "files": row.files, "projects": len(row.sources)}
        record(AuditAction.CORPUS_ADDED, actor=actor, subject=f"code_corpus:{row.pk}", after=after)
    return row


@transaction.atomic
def retire_corpus(corpus: CodeCorpus, *, actor: str) -> CodeCorpus:
    """Leave a corpus out of later plans; those that named it keep it."""
    row = CodeCorpus.objects.select_for_update().get(pk=corpus.pk)
    if not row.retired:
        row.retired = True
        row.save(update_fields=["retired"])
        record(AuditAction.CORPUS_RETIRED, actor=actor, subject=f"code_corpus:{row.pk}", after={"name": row.name})
    return row


@transaction.atomic
def request_code(
    bundle: Bundle, *, key: str, actor: str, declared: Sequence[DeclaredPart] = (), priority: int = 0
) -> CodeRun:
    """Freeze the plan and queue the comparison with every corpus in use; a second call with the key returns the first run."""
    plan = _plan(bundle, declared)
    run, created = CodeRun.objects.get_or_create(
        key=key, defaults={"bundle": bundle, "plan": plan, "plan_digest": digest_of(plan), "actor": actor}
    )
    if created:
        require_bytes(bundle)
        run.job = enqueue(
            "originality.code",
            key=f"originality.code:{key}",
            payload={"run": str(run.pk)},
            account=bundle.owner,
            actor=actor,
            priority=priority,
        )
        run.save(update_fields=["job"])
        after = {"code": bundle.digest, "plan": run.plan_digest, "corpora": len(plan["corpora"])}
        record(AuditAction.CODE_REQUESTED, actor=actor, subject=f"code_run:{run.pk}", after=after)
    return run


def _plan(bundle: Bundle, declared: Sequence[DeclaredPart]) -> dict[str, Any]:
    """Everything that fixes the comparison before a line of the code is read."""
    corpora = CodeCorpus.objects.filter(retired=False).order_by("name")
    return {
        "schema": SCHEMA,
        "engine": ENGINE,
        "run": K,
        "window": WINDOW,
        "code": bundle.digest,
        "corpora": [{"id": row.pk, "name": row.name, "digest": row.digest} for row in corpora],
        "components": components_of(declared),
    }


def components_of(declared: Sequence[DeclaredPart]) -> list[str]:
    """Return the names under which the declaration speaks of foreign projects."""
    names = [text for part in declared for text in (part.name, part.origin, *(row.name for row in part.ancestors))]
    return sorted({name for name in names if name})
