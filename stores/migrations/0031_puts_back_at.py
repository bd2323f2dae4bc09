from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("stores", "0030_own_address"),
    ]

    operations = [
        migrations.AddField(
            model_name="setupchange",
            name="puts_back_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
