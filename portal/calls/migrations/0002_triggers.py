"""What was handed in, checked, voted and selected is written once and stays."""

from django.db import migrations

from portal.audit.triggers import protect, unprotect

TABLES = (
    "calls_applicationversion",
    "calls_approvalvote",
    "calls_calldeadlinechange",
    "calls_eligibilitycheck",
    "calls_judgement",
    "calls_selected",
)


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial"), ("audit", "0002_insert_only")]

    operations = [migrations.RunPython(protect(*TABLES), unprotect(*TABLES))]
