"""Answers, frozen results, rulings and rows of the support ledger are written once; a correction is a new row."""

from django.db import migrations

from portal.audit.triggers import protect, unprotect

TABLES = (
    "consortia_amendmentreply",
    "consortia_proposalresult",
    "consortia_advanceruling",
    "consortia_grantversion",
    "consortia_outageversion",
)


class Migration(migrations.Migration):
    dependencies = [("consortia", "0002_rules_proposals_support"), ("audit", "0002_insert_only")]

    operations = [migrations.RunPython(protect(*TABLES), unprotect(*TABLES))]
