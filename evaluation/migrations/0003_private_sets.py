import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("artifacts", "0001_initial"),
        ("evaluation", "0002_parts_and_usage"),
    ]

    operations = [
        migrations.CreateModel(
            name="PrivateSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, unique=True)),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("rows", models.PositiveIntegerField()),
                ("licence", models.CharField(max_length=64)),
                ("wrapped_key", models.CharField(max_length=160)),
                ("added", models.DateTimeField(auto_now_add=True)),
                (
                    "content",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="artifacts.blob"
                    ),
                ),
            ],
            options={"ordering": ("name",)},
        ),
    ]
