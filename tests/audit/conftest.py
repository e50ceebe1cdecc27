import pytest
from django.db import connection

from portal.audit.triggers import LEDGER_TABLES, drop_statements


@pytest.fixture
def without_triggers(db):
    """What a database administrator can do; the test's transaction brings the triggers back."""
    with connection.cursor() as cursor:
        for statement in drop_statements(LEDGER_TABLES, vendor=connection.vendor):
            cursor.execute(statement)
