"""Sign-ins are counted with the limits: what django-axes kept of addresses, browsers and typed names goes for good."""

from django.db import migrations

TABLES = ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog")


def forget_the_app(apps, schema_editor):
    apps.get_model("contenttypes", "ContentType").objects.filter(app_label="axes").delete()
    schema_editor.execute("DELETE FROM django_migrations WHERE app = 'axes'")


class Migration(migrations.Migration):
    dependencies = [("booking", "0009_nearly_turn"), ("contenttypes", "0002_remove_content_type_name")]

    operations = [
        *(migrations.RunSQL(f"DROP TABLE IF EXISTS {table}", migrations.RunSQL.noop) for table in TABLES),
        migrations.RunPython(forget_the_app, migrations.RunPython.noop),
    ]
