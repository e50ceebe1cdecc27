"""Endpoints, their checks, questions and answers are written once and stay."""

from django.db import migrations

from portal.audit.triggers import protect, unprotect

TABLES = ("console_endpoint", "console_endpointcheck", "console_question", "console_answer")


class Migration(migrations.Migration):
    dependencies = [("console", "0001_initial"), ("audit", "0002_insert_only")]

    operations = [migrations.RunPython(protect(*TABLES), unprotect(*TABLES))]
