"""Addresses of customers in lower case, as they are read from now on, so that one person's is always the same."""

from django.db import migrations
from django.db.models.functions import Lower


def in_lower_case(apps, schema_editor):
    for name in ("Booking", "WaitingListEntry"):
        rows = apps.get_model("booking", name).objects.exclude(email="").exclude(email=Lower("email"))
        rows.update(email=Lower("email"))


class Migration(migrations.Migration):
    dependencies = [("booking", "0010_no_axes")]

    operations = [migrations.RunPython(in_lower_case, migrations.RunPython.noop, elidable=True)]
