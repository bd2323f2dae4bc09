"""Messages are claimed by channel, and those that were due when they were written before the planned ones."""

from django.db import migrations, models
from django.db.models import F


def mark_planned(apps, schema_editor):
    """Tell which of the messages that still wait were planned."""
    messages = apps.get_model("notifications", "OutboxMessage").objects.filter(state__in=("due", "sending"))
    messages.filter(due_at__gt=F("created_at")).update(is_planned=True)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0009_kinds_of_any_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="is_planned",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="left_behind",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(mark_planned, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex(
            model_name="outboxmessage",
            name="message_state_due",
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                fields=["state", "channel", "is_planned", "due_at", "id"],
                name="message_to_claim",
            ),
        ),
    ]
