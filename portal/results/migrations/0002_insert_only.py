from django.db import migrations

from portal.audit.triggers import protect, unprotect

TABLES = ("results_releasecontent", "results_approval")


class Migration(migrations.Migration):
    dependencies = [("results", "0001_initial")]

    operations = [migrations.RunPython(protect(*TABLES), unprotect(*TABLES))]
