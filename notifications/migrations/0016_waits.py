from django.db import migrations, models

NAMES = ("measured", "seconds", "within_10", "within_60", "within_600", "within_3600")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0015_not_arrived")]

    operations = [
        migrations.AddField("messagetally", name, models.BigIntegerField(default=0, db_default=0)) for name in NAMES
    ]
