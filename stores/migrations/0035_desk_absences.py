

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("stores", "0034_languages"),
    ]

    operations = [
        migrations.CreateModel(
            name='DeskAbsence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_date', models.DateField()),
                ('last_date', models.DateField(blank=True, null=True)),
                ('from_time', models.TimeField(blank=True, null=True)),
                ('until_time', models.TimeField(blank=True, null=True)),
                ('weekdays', models.PositiveSmallIntegerField(default=0)),
                ('nth', models.PositiveSmallIntegerField(default=0)),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to='stores.desk')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('last_date__gte', models.F('first_date'))), name='desk_absence_in_order'), models.CheckConstraint(condition=models.Q(('last_date__isnull', False), ('weekdays__gt', 0), _connector='OR'), name='desk_absence_ends_or_repeats'), models.CheckConstraint(condition=models.Q(('nth__lte', 5), ('weekdays__lt', 128)), name='desk_absence_repeats_in_range')],
            },
        ),
    ]
