
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('artifacts', '0009_read_for_code'),
        ('measurements', '0002_paired_comparisons'),
        ('submissions', '0008_serving'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServerDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('start', 'Started'), ('refuse', 'Not started')], max_length=8)),
                ('reason', models.TextField()),
                ('decided_by', models.CharField(max_length=100)),
                ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='artifacts.bundle')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='server_decisions', to='submissions.submission')),
            ],
            options={
                'ordering': ('submission', 'id'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('verdict', 'start')), fields=('submission',), name='a_server_is_started_once_per_submission')],
            },
        ),
    ]
