"""The register of official numbers is written once and stays."""

from django.db import migrations

from portal.audit.triggers import protect, unprotect

TABLES = ("letters_officialnumber",)


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_initial"), ("audit", "0002_insert_only")]

    operations = [migrations.RunPython(protect(*TABLES), unprotect(*TABLES))]
