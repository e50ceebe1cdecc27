from django.db import migrations

from portal.audit.triggers import LEDGER_TABLES, protect, unprotect


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(protect(*LEDGER_TABLES), unprotect(*LEDGER_TABLES))]
