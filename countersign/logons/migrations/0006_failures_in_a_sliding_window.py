import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("logons", "0005_logon_sign_in_stopped_at")]

    operations = [
        migrations.AddField(
            model_name="failurecounter",
            name="recent",
            field=django.contrib.postgres.fields.ArrayField(
                models.DateTimeField(),
                db_default=[],
                default=list,
                help_text="Of a sliding window: when the newest failures were, the newest first",
                size=None,
            ),
        ),
    ]
