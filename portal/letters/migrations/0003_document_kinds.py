from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("letters", "0002_triggers")]

    operations = [
        migrations.AlterField(
            model_name="officialnumber",
            name="kind",
            field=models.CharField(
                choices=[("minutes", "minutes"), ("notice", "notice"), ("sheet", "score sheet")], max_length=40
            ),
        ),
    ]
