
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0007_runs_again'),
    ]

    operations = [
        migrations.AlterField(
            model_name='declarationdraft',
            name='role',
            field=models.CharField(choices=[('checkpoint', 'Final checkpoint'), ('initial_checkpoint', 'Initial checkpoint (step 0)'), ('intermediate_checkpoint', 'Intermediate checkpoint'), ('training_log', 'Training logs'), ('loss_curve', 'Loss curve'), ('component_declaration', 'Component declaration'), ('training_declaration', 'Training declaration'), ('technical_report', 'Technical report'), ('benchmark_results', 'Own benchmark results'), ('code', 'Source code'), ('serving', 'Server of an own architecture')], max_length=32),
        ),
        migrations.AlterField(
            model_name='submissionitem',
            name='role',
            field=models.CharField(choices=[('checkpoint', 'Final checkpoint'), ('initial_checkpoint', 'Initial checkpoint (step 0)'), ('intermediate_checkpoint', 'Intermediate checkpoint'), ('training_log', 'Training logs'), ('loss_curve', 'Loss curve'), ('component_declaration', 'Component declaration'), ('training_declaration', 'Training declaration'), ('technical_report', 'Technical report'), ('benchmark_results', 'Own benchmark results'), ('code', 'Source code'), ('serving', 'Server of an own architecture')], max_length=32),
        ),
    ]
