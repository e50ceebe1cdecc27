"""What was looked at in an additional verification is written once and stays."""

from django.db import migrations

from portal.audit.triggers import protect, unprotect

TABLES = ("review_verificationevidence",)


class Migration(migrations.Migration):
    dependencies = [("review", "0004_verification_and_later_decisions"), ("audit", "0002_insert_only")]

    operations = [migrations.RunPython(protect(*TABLES), unprotect(*TABLES))]
