"""Private sets come in sealed, and are opened for one run at a time, each opening in the ledger."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction

from evaluation.core.errors import TaskDataError
from evaluation.core.sealing import Sealed, SealError, seal, unseal
from evaluation.core.suites import Suite, Task
from evaluation.enums import AuditAction
from evaluation.models import PrivateSet
from portal.artifacts.actions import open_blob, store_file
from portal.audit.actions import record
from portal.common.sandbox.probe import available
from portal.jobs.worker.opened import NotInMemory, memory_folder

OWNER = "evaluation"


def _master() -> bytes:
    try:
        key = bytes.fromhex(settings.PRIVATE_SUITE_KEY)
    except ValueError as error:
        raise SealError("PRIVATE_SUITE_KEY must be 64 hexadecimal digits.") from error
    if len(key) != 32:
        raise SealError("PRIVATE_SUITE_KEY is not set, or not 64 hexadecimal digits; private sets need it.")
    return key


@transaction.atomic
def add_private_set(path: Path, *, name: str, licence: str, actor: str) -> PrivateSet:
    """Seal a file of items under a key of its own. A name is used once: a changed set is another one."""
    sealed = seal(path.read_bytes(), name=name, master=_master())
    if PrivateSet.objects.filter(name=name).exists():
        raise SealError(f"A private set is already called {name!r}; a changed one needs another name.")
    if PrivateSet.objects.filter(sha256=sealed.sha256).exists():
        raise SealError("These items are already sealed under another name.")
    with tempfile.NamedTemporaryFile() as file:
        file.write(sealed.content)
        file.flush()
        blob = store_file(Path(file.name), owner=OWNER)
    fields = {"sha256": sealed.sha256, "rows": sealed.rows, "licence": licence, "wrapped_key": sealed.wrapped_key}
    row = PrivateSet.objects.create(name=name, content=blob, **fields)
    after = {"sha256": sealed.sha256, "rows": sealed.rows}
    record(AuditAction.PRIVATE_ADDED, actor=actor, subject=f"private-set:{name}", after=after)
    return row


def open_private_set(name: str, *, sha256: str = "", purpose: str, actor: str, reason: str = "") -> bytes:
    """The plain text. The opening is in the ledger before anybody has it; it stays there whatever becomes of it."""
    row = PrivateSet.objects.select_related("content").filter(name=name).first()
    if row is None:
        raise SealError(f"No private set is called {name!r}; add it with manage.py private_suite add.")
    if sha256 and row.sha256 != sha256:
        raise SealError(f"The suite commits to {sha256[:16]}…, the private set {name!r} is {row.sha256[:16]}….")
    with transaction.atomic():
        after = {"sha256": row.sha256, "purpose": purpose}
        record(AuditAction.PRIVATE_OPENED, actor=actor, subject=f"private-set:{name}", after=after, reason=reason)
    with open_blob(row.content, reader=actor, purpose="benchmark") as file:
        content = file.read()
    return unseal(Sealed(row.sha256, row.rows, row.wrapped_key, content), name=name, master=_master())


def private_tasks(suite: Suite, *, group: str | None) -> list[Task]:
    return [task for task in suite.tasks_of(group) if task.source.kind == "private"]


def prepare_private(
    suite: Suite, *, group: str | None, workdir: Path, run: str, actor: str, source: str = "checkpoint"
) -> Path | None:
    """Open the private sets of a group into memory beside the attempt's folder; None where there are none.

    The worker removes that folder with the attempt's own. A model that its own server answers for is asked private questions
    behind walls alone, where it has no network. Raises TaskDataError, which a team may read: it names no item.
    """
    tasks = private_tasks(suite, group=group)
    if not tasks:
        return None
    if source != "checkpoint" and not available():
        raise TaskDataError(
            tasks[0].name, "private questions are put to a served model only inside a sandbox; ask an operator"
        )
    try:
        folder = memory_folder(workdir)
    except NotInMemory as error:
        raise TaskDataError(tasks[0].name, f"private questions are opened in memory only: {error}") from error
    for task in tasks:
        wanted = task.source
        try:
            plain = open_private_set(wanted.set, sha256=wanted.sha256, purpose=f"evaluation-run:{run}", actor=actor)
        except SealError as error:
            raise TaskDataError(task.name, str(error)) from error
        (folder / f"{wanted.set}.jsonl").write_bytes(plain)
    return folder
