"""The sentence that a store added to confirmations and reminders becomes part of its own texts."""

from django.db import migrations, models

NEW = {"reminder_channel": "text_first", "reminder_hours": 0, "confirms_by_text": True}
TEXTS = ("confirmation", "reminder")


def own_texts_of(sms_words):
    sentences = {language: f"{{standard}} {words}" for language, words in sms_words.items() if words}
    return {"sms": {name: dict(sentences) for name in TEXTS}} if sentences else {}


def sentences_of(own_texts):
    texts = own_texts.get("sms", {}).get("confirmation", {})
    return {
        language: text.removeprefix("{standard} ") for language, text in texts.items() if text.startswith("{standard} ")
    }


def forwards(apps, schema_editor):
    store_model = apps.get_model("stores", "Store")
    for store in store_model.objects.exclude(sms_words={}).only("pk", "sms_words"):
        store_model.objects.filter(pk=store.pk).update(own_texts=own_texts_of(store.sms_words))
    taken_model = apps.get_model("stores", "PatternTaken")
    for taken in taken_model.objects.filter(part="messages"):
        value = {**NEW, **taken.value}
        value["own_texts"] = own_texts_of(value.pop("sms_words", {}))
        taken_model.objects.filter(pk=taken.pk).update(value=value)


def backwards(apps, schema_editor):
    store_model = apps.get_model("stores", "Store")
    for store in store_model.objects.exclude(own_texts={}).only("pk", "own_texts"):
        store_model.objects.filter(pk=store.pk).update(sms_words=sentences_of(store.own_texts))
    taken_model = apps.get_model("stores", "PatternTaken")
    for taken in taken_model.objects.filter(part="messages"):
        value = {name: said for name, said in taken.value.items() if name not in NEW}
        value["sms_words"] = sentences_of(value.pop("own_texts", {}))
        taken_model.objects.filter(pk=taken.pk).update(value=value)


class Migration(migrations.Migration):

    dependencies = [
        ("stores", "0024_webhooks"),
    ]

    operations = [
        migrations.AddField("store", "own_texts", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "store",
            "reminder_channel",
            models.CharField(
                choices=[
                    ("text_first", "by text, else by e-mail"),
                    ("email_first", "by e-mail, else by text"),
                    ("both", "by both"),
                    ("none", "not at all"),
                ],
                default="text_first",
                max_length=12,
            ),
        ),
        migrations.AddField("store", "reminder_hours", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("store", "confirms_by_text", models.BooleanField(default=True)),
        migrations.AddField(
            "store",
            "has_stale_reminders",
            models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunPython(forwards, backwards),
        migrations.RemoveField("store", "sms_words"),
        migrations.AddIndex(
            "store",
            models.Index(
                condition=models.Q(("has_stale_reminders", True)), fields=["id"], name="store_stale_reminders"
            ),
        ),
    ]
