"""Name a new reason for a paused webhook: its receiver says that the address is gone.

Only Django's knowledge of the choices changes; nothing is done in the database.
Back: as safe.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_webhooks_out")]

    operations = [
        migrations.AlterField(
            model_name="webhookendpoint",
            name="pause_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Not paused"),
                    ("BY_HAND", "Paused by hand"),
                    ("FAILING", "Nothing got through for 72 hours"),
                    ("GONE", "The other system says that this address is gone"),
                ],
                default="",
                max_length=7,
            ),
        ),
    ]
