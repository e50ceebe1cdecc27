"""Signed sheets, tallies, gate rulings and minutes are written once and stay."""

from django.db import migrations

from portal.audit.triggers import protect, unprotect

TABLES = (
    "review_signedsheet",
    "review_tally",
    "review_gateruling",
    "review_minutes",
    "review_minutesattendance",
)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial"), ("audit", "0002_insert_only")]

    operations = [migrations.RunPython(protect(*TABLES), unprotect(*TABLES))]
