"""Suites come from the ministry's repository alone: a task definition can make the harness run code."""

from pathlib import Path

from django.db import transaction

from evaluation.core.suites import read_suite
from evaluation.enums import AuditAction
from evaluation.errors import SuiteChangedError
from evaluation.models import Suite
from portal.audit.actions import record

SHIPPED = Path(__file__).parents[1] / "suites"


@transaction.atomic
def load_suite(path: Path, *, actor: str = "system") -> Suite:
    """Load a suite file of the ministry's repository; the same document again is the same suite."""
    found = read_suite(path)
    suite, created = Suite.objects.get_or_create(
        name=found.name, version=found.version, defaults={"document": dict(found.document), "digest": found.digest}
    )
    if suite.digest != found.digest:
        raise SuiteChangedError(found.reference)
    if created:
        record(AuditAction.SUITE_LOADED, actor=actor, subject=f"suite:{suite}", after={"digest": suite.digest})
    return suite


def load_shipped_suites(*, actor: str = "system") -> list[Suite]:
    """Load every suite that comes with the portal."""
    return [load_suite(path, actor=actor) for path in sorted(SHIPPED.glob("*.yaml"))]
