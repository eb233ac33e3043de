import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="outboxmail", name="outbox_by_address"),
        migrations.AddIndex(
            model_name="outboxmail",
            index=models.Index(
                django.db.models.functions.text.Lower("to"),
                models.F("created_at").desc(),
                name="outbox_by_folded_address",
            ),
        ),
    ]
