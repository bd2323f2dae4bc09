from django.db import migrations, models


def end_where_people_changed_something(apps, schema_editor):
    """Stores that people have set up already are past their first steps."""
    apps.get_model("stores", "Store").objects.exclude(changed_parts=[]).update(steps_done=["end"])


class Migration(migrations.Migration):

    dependencies = [
        ("stores", "0031_puts_back_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="steps_done",
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.RunPython(end_where_people_changed_something, migrations.RunPython.noop),
    ]
