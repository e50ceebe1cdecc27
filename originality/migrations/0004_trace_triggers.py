"""A mapping that the team corrected is written once and stays."""

from django.db import migrations

from portal.audit.triggers import protect, unprotect

TABLES = ("originality_tracemapping",)


class Migration(migrations.Migration):
    dependencies = [("originality", "0003_traces"), ("audit", "0002_insert_only")]

    operations = [migrations.RunPython(protect(*TABLES), unprotect(*TABLES))]
