from django.db import migrations, models

REASONS = (
    *("budget", "hourly_budget", "not_textable", "number_limit"),
    *("opted_out", "prefix_limit", "restored", "too_near"),
)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0014_inbound_texts")]

    operations = [
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                fields=["account"],
                name="message_not_arrived",
                condition=models.Q(
                    ("state__in", ["dead", "failed", "unknown"]),
                    models.Q(("reason__in", REASONS), ("state", "skipped")),
                    _connector="OR",
                ),
            ),
        ),
    ]
