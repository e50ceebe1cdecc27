
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('artifacts', '0009_read_for_code'),
    ]

    operations = [
        migrations.AlterField(
            model_name='custodyread',
            name='purpose',
            field=models.CharField(choices=[('arrival', 'Checks on arrival'), ('benchmark', 'Benchmark run'), ('originality', 'Originality comparison'), ('trace', 'Training traceability'), ('code', 'Comparison of code'), ('report', 'Writing a report'), ('declaration', 'Reading the component declaration'), ('server', 'Reading the server of an own architecture'), ('called', 'Check of a called checkpoint'), ('reference', 'Registry of reference models'), ('keeping', 'Keeping of the store')], max_length=32),
        ),
    ]
