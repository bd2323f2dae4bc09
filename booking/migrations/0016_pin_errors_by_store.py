from django.db import migrations


class Migration(migrations.Migration):
    """Apart from 0015: PostgreSQL alters no table with rows of which the same transaction still has to check links."""

    dependencies = [
        ("booking", "0015_pin_tries"),
    ]

    operations = [
        migrations.RemoveField(model_name="staffpin", name="errors"),
    ]
